/* Runs the entries of the custom action DLL that swap DLLs, with each of their system calls failing in turn, with the process
 * ending after each in turn, and with a rollback that does so: `swaps DLL FOLDER ADD REMOVE [removal|LATER]`, or `swaps DLL
 * FOLDER ADD REMOVE owner`, where FOLDER belongs to a user and nothing may be done there. All files are in FOLDER, as they are before; ADD and REMOVE have the swaps (CustomActionData), in UTF-8. With LATER, a file that is
 * put in the place of rewrite.dll after an installation, as a repair of its owner's does, the run is a repair.
 *
 * After each run every DLL is the old one or the new one, to the byte, and one that leads to others has these beside it. What is
 * rolled back is as before in every file. Whatever was left, the next installation, repair and removal succeed, and so does a
 * removal at once; both leave what would be there without us, and nothing else. Files alike are followed up once. */
#include "faults.h"

/* ---- all files of the folder ---- */

static void path_of(wchar_t *path, const wchar_t *name) { swprintf(path, MAX_PATH, L"%ls\\%ls", folder, name); }

static int place(const snapshot *all, const wchar_t *name) {
    for (int i = 0; i < all->count; i++)
        if (!_wcsicmp(all->file[i].name, name))
            return i;
    return -1;
}

/* Whether both have the same file of this name, or none. */
static int alike(const snapshot *a, const snapshot *b, const wchar_t *name) {
    int i = place(a, name), j = place(b, name);
    if (i < 0 || j < 0)
        return i < 0 && j < 0;
    return a->file[i].size == b->file[j].size && !memcmp(a->file[i].bytes, b->file[j].bytes, a->file[i].size);
}

static int same(const snapshot *now, const snapshot *expected) {
    int is_same = 1;
    for (int i = 0; i < now->count; i++)
        if (!alike(now, expected, now->file[i].name))
            is_same = 0;
    for (int i = 0; i < expected->count; i++)
        if (place(now, expected->file[i].name) < 0)
            is_same = 0;
    return is_same;
}

/* Whether `now` has just these files; says what differs. */
static int is_as(const snapshot *now, const snapshot *expected) {
    int is_same = same(now, expected);
    for (int i = 0; !is_same && i < now->count; i++)
        if (!alike(now, expected, now->file[i].name))
            printf("  differs or is too much: %ls\n", now->file[i].name);
    for (int i = 0; !is_same && i < expected->count; i++)
        if (place(now, expected->file[i].name) < 0)
            printf("  is missing: %ls\n", expected->file[i].name);
    return is_same;
}

/* The same of the folder as it is. */
static int is(const snapshot *expected) {
    snapshot *now = take();
    int is_same = is_as(now, expected);
    release(now);
    return is_same;
}

/* Whether `now` has these files; a commit or a rollback that could not delete what it had beside them has done its work. */
static int has(const snapshot *now, const snapshot *expected) {
    int has_all = 1;
    for (int i = 0; i < expected->count; i++)
        if (!alike(now, expected, expected->file[i].name))
            has_all = 0;
    for (int i = 0; i < now->count; i++)
        if (place(expected, now->file[i].name) < 0 && wcslen(now->file[i].name) < 32)
            has_all = 0;
    return has_all;
}

static void reset(const snapshot *to) {
    wchar_t path[MAX_PATH];
    snapshot *now = take();
    for (int i = 0; i < now->count; i++)
        if (place(to, now->file[i].name) < 0) {
            path_of(path, now->file[i].name);
            SetFileAttributesW(path, FILE_ATTRIBUTE_NORMAL);
            DeleteFileW(path);
        }
    for (int i = 0; i < to->count; i++)
        if (!alike(now, to, to->file[i].name)) {
            path_of(path, to->file[i].name);
            put(path, to->file[i].bytes, to->file[i].size);
        }
    release(now);
}

/* ---- the runs ---- */

/* The same of a rollback. */
enum { BACK_FAIL = 100, BACK_END = BACK_FAIL + END - FAIL };

static wchar_t add[1 << 15], take_out[1 << 15];
/* Without us, before a run, and after one that succeeds. */
static snapshot *without, *before, *after;
/* The one that leads to others is known by that. */
static snapshot *swapped;

/* A removal has nothing to check. */
static int transaction(const wchar_t *jobs) {
    static const char *const NAMES[] = { "CheckSwap", "ApplySwap", "CommitSwap", "RollBackSwap" };
    return play(NAMES, jobs == add ? CHECK : APPLY, jobs);
}

/* What succeeds is taken back, since something else fails; the rollback's calls fail, or it ends and is begun again. */
static void taken_back(const wchar_t *jobs, int kind) {
    int number = at;
    clean();
    number_of_run++;
    if (run("ApplySwap", jobs) != ERROR_SUCCESS)
        problem("what succeeded before failed", "rollback", 0);
    mode = kind >= BACK_FAIL ? kind - BACK_FAIL + FAIL : kind;
    at = number;
    calls = 0;
    DWORD code = run("RollBackSwap", jobs);
    mode = NONE;
    if (code == ENDED)
        code = run("RollBackSwap", jobs);
    snapshot *now = take();
    if (code == ERROR_SUCCESS && !has(now, before))
        problem("a rollback that succeeded has not brought back what was there", "rollback", at);
    release(now);
}

static void finish(const char *what, const char *name, int number, const snapshot *expected, const wchar_t *jobs) {
    char text[200];
    snprintf(text, sizeof text, "%s does not succeed", what);
    if (!transaction(jobs))
        problem(text, name, number);
    snprintf(text, sizeof text, "%s leaves something else", what);
    if (!is(expected))
        problem(text, name, number);
}

static void follow_up(const char *name, int number, const snapshot *left) {
    char *earlier = strdup(log_text);
    int had = problems;
    log_text[0] = 0;
    /* one that is rolled back takes back nothing but its own, and clears up */
    number_of_run++;
    run("CheckSwap", add);
    run("ApplySwap", add);
    run("RollBackSwap", add);
    snapshot *now = take();
    for (int i = 0; i < without->count; i++)
        if (place(left, without->file[i].name) >= 0 && !alike(now, left, without->file[i].name))
            problem("the next installation, rolled back", name, number);
    release(now);
    finish("the next installation", name, number, swapped, add);
    finish("the next repair", name, number, swapped, add);
    finish("the next removal", name, number, without, take_out);
    reset(left);
    finish("a removal at once", name, number, without, take_out);
    if (problems > had)
        printf("before that:\n%s", earlier);
    free(earlier);
}

/* Every DLL is the old one or the new one, and what leads to others has them beside it. */
static void is_whole(const snapshot *now, const char *name, int number) {
    static const wchar_t *const DLLS[] = { L"rewrite.dll", L"narrow.dll" };
    static const wchar_t *const LED_TO[] = { L"rewrite_x64.dll", L"rewrite_arm64.dll" };
    for (int i = 0; i < 2; i++)
        if (!alike(now, before, DLLS[i]) && !alike(now, after, DLLS[i]))
            problem("neither old nor new", name, number);
    const snapshot *led = alike(before, swapped, DLLS[0]) ? before : after;
    for (int i = 0; alike(now, swapped, DLLS[0]) && i < 2; i++)
        if (!alike(now, led, LED_TO[i]))
            problem("it leads nowhere", name, number);
}

static void matrix(const wchar_t *jobs, int kind, const char *name) {
    reset(before);
    note_calls();
    if (kind < BACK_FAIL)
        transaction(jobs);
    else
        taken_back(jobs, RECORD);
    int end = kind >= BACK_FAIL ? kind - BACK_FAIL + FAIL : kind;
    for (int number = 1, last = calls; number <= last + 100 && number < MOST_CALLS; number++) {
        if (is_spared(end, number))
            continue;
        reset(before);
        log_text[0] = 0;
        hit = NULL;
        mode = kind;
        at = number;
        calls = 0;
        int done = 0;
        if (kind >= BACK_FAIL)
            taken_back(jobs, kind);
        else
            done = transaction(jobs);
        clean();
        if (!hit)
            break;
        runs++;
        snapshot *left = take();
        /* only there is a moment without a file of this name, and only who lost power then can find it so */
        if (kind != POWER_GAP)
            is_whole(left, name, number);
        if (!done && kind != POWER && kind != POWER_GAP && kind < BACK_FAIL && !is_as(left, before))
            problem("rolled back, and not as before", name, number);
        if (done && !has(left, after))
            problem("success without what was asked for", name, number);
        if (is_new(left->fingerprint))
            follow_up(name, number, left);
        release(left);
    }
}

static const struct { int mode; const char *name; } KINDS[] = {
    { FAIL, "a failure" }, { END, "an end" }, { POWER, "a loss of power" }, { GAP, "an end within ReplaceFileW" },
    { POWER_GAP, "a loss of power within ReplaceFileW" }, { R1175, "1175" }, { R1176, "1176" }, { R1177, "1177" },
    { BACK_FAIL, "a failure of the rollback" }, { BACK_END, "an end of the rollback" },
};

static void all(const char *what, const wchar_t *jobs, snapshot *from, snapshot *to) {
    before = from;
    after = to;
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
        int had = runs;
        matrix(jobs, KINDS[i].mode, KINDS[i].name);
        printf("%s, %s: %d runs\n", what, KINDS[i].name, runs - had);
    }
}

/* In a user's folder nothing is read for what it is, and nothing is written. */
static void in_a_users_folder(void) {
    static const char *const NAMES[] = { "CheckSwap", "ApplySwap", "RollBackSwap" };
    for (int i = 0; i < 6; i++) {
        const char *name = NAMES[i % 3];
        log_text[0] = 0;
        if (run(name, i < 3 ? add : take_out) == ERROR_SUCCESS && strcmp(name, "RollBackSwap"))
            problem("it is done in a user's folder", name, 0);
        if (strcmp(name, "RollBackSwap") && !strstr(log_text, "belongs to an account"))
            problem("it does not say why", name, 0);
        if (!is(without))
            problem("something has changed", name, 0);
    }
}

int wmain(int count, wchar_t **words) {
    wchar_t file[MAX_PATH];
    setvbuf(stdout, NULL, _IONBF, 0);
    if (count < 5)
        return 2;
    load_dll(words[1]);
    wcscpy(folder, words[2]);
    read_jobs(words[3], add);
    read_jobs(words[4], take_out);
    path_of(file, L"rewrite.dll");
    without = take();
    if (count > 5 && !wcscmp(words[5], L"owner")) {
        is_users = 1;
        in_a_users_folder();
        is_users = 0;
        printf("%d problems\n", problems);
        return problems != 0;
    }
    if (!transaction(add))
        fatal("it cannot be installed");
    swapped = take();
    if (same(swapped, without))
        fatal("nothing was swapped");
    int is_removal = count > 5 && !wcscmp(words[5], L"removal");
    if (count > 5 && !is_removal) {
        size_t size;
        char *later = load(words[5], &size);
        if (!later)
            fatal("cannot read what comes later");
        put(file, later, size);
        snapshot *from = take();
        reset(without);
        put(file, later, size);
        without = take();
        reset(from);
        if (!transaction(add))
            fatal("it cannot be repaired");
        swapped = take();
        all("repair", add, from, swapped);
    } else if (is_removal) {
        all("removal", take_out, swapped, without);
    } else {
        all("installation", add, without, swapped);
    }
    printf("%d runs, %d kinds of remains, %d problems\n", runs, known_count, problems);
    return problems != 0;
}
