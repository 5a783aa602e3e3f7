/* Runs the entries of the custom action DLL as Windows Installer would, with each of their system calls failing in turn, and
 * with the process ending after each in turn: `actions DLL FOLDER ADD REMOVE [readonly]`. FOLDER has the configuration, which
 * ADD names; ADD and REMOVE are files with the jobs (CustomActionData) of an installation and of a removal, in UTF-8.
 *
 * What a failure leaves is rolled back, as Windows Installer does; a loss of power is not, and
 * what comes next finds it so. After each run the configuration must be as before or registered, to the byte, and the next
 * installation, repair and removal must succeed and leave nothing behind. Runs that leave the same files are followed up once.
 * Prints a line for each violation, and a summary. */
#include "faults.h"

/* ---- the runs ---- */

static wchar_t add[1 << 15], take_out[1 << 15];
static char *before_bytes, *after_bytes, *record_bytes;
static size_t before_size, after_size, record_size;
static wchar_t config[MAX_PATH], record[MAX_PATH];
static int is_read_only;

static int is(const char *expected, size_t expected_size) {
    size_t size;
    char *bytes = load(config, &size);
    int same = bytes && size == expected_size && !memcmp(bytes, expected, size);
    free(bytes);
    return same;
}

/* Everything in the folder goes but the configuration; gives how much that was. */
static int sweep(void) {
    wchar_t pattern[MAX_PATH], path[MAX_PATH];
    WIN32_FIND_DATAW found;
    int count = 0;
    swprintf(pattern, MAX_PATH, L"%ls\\*", folder);
    HANDLE search = FindFirstFileW(pattern, &found);
    if (search == INVALID_HANDLE_VALUE)
        return 0;
    do {
        if (found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY || !_wcsicmp(found.cFileName, L"applicationHost.config"))
            continue;
        count++;
        swprintf(path, MAX_PATH, L"%ls\\%ls", folder, found.cFileName);
        DeleteFileW(path);
    } while (FindNextFileW(search, &found));
    FindClose(search);
    return count;
}

static void reset(const char *bytes, size_t size) {
    sweep();
    put(config, bytes, size);
    if (is_read_only)
        SetFileAttributesW(config, FILE_ATTRIBUTE_READONLY);
}

static int transaction(const wchar_t *jobs) {
    static const char *const NAMES[] = {
        "CheckConfiguration", "ApplyConfiguration", "CommitConfiguration", "RollBackConfiguration",
    };
    return play(NAMES, CHECK, jobs);
}

/* Whatever was left: what comes next succeeds, and in the end nothing is left. */
static void follow_up(const char *name, int number) {
    const char *before = log_text[0] ? strdup(log_text) : "";
    log_text[0] = 0;
    /* one that is rolled back takes back nothing but its own */
    size_t size = 0;
    char *present = load(config, &size);
    number_of_run++;
    run("CheckConfiguration", add);
    run("ApplyConfiguration", add);
    run("RollBackConfiguration", add);
    if (present ? !is(present, size) : !is(before_bytes, before_size) && !is(after_bytes, after_size))
        problem("the next installation, rolled back", name, number);
    free(present);
    if (!transaction(add) || !is(after_bytes, after_size))
        problem("the next installation", name, number);
    if (!transaction(add) || !is(after_bytes, after_size))
        problem("the next repair", name, number);
    if (!transaction(take_out) || !is(before_bytes, before_size))
        problem("the next removal", name, number);
    if (sweep())
        problem("files are left", name, number);
    if (problems && *before)
        printf("before that:\n%s", before);
}

static void start(int removes) {
    reset(before_bytes, before_size);
    if (removes) {
        /* registered by ourselves, with the record */
        reset(after_bytes, after_size);
        put(record, record_bytes, record_size);
    }
}

static void matrix(int removes, int kind, const char *name) {
    const wchar_t *jobs = removes ? take_out : add;
    start(removes);
    note_calls();
    transaction(jobs);
    for (int number = 1, last = calls; number <= last + 100 && number < MOST_CALLS; number++) {
        if (is_spared(kind, number))
            continue;
        start(removes);
        log_text[0] = 0;
        hit = NULL;
        mode = kind;
        at = number;
        calls = 0;
        int done = transaction(jobs);
        clean();
        if (!hit)
            break;
        const char *from = removes ? after_bytes : before_bytes, *to = removes ? before_bytes : after_bytes;
        size_t from_size = removes ? after_size : before_size, to_size = removes ? before_size : after_size;
        runs++;
        int is_old = is(from, from_size), is_whole = is_old || is(to, to_size);
        /* only there is a moment without a file of this name, and only who lost power then can find it so */
        if (!is_whole && kind != POWER_GAP)
            problem("neither old nor new", name, number);
        if (!done && !is_old && kind != POWER && kind != POWER_GAP)
            problem("rolled back, and not as before", name, number);
        if (!done && kind == MOVED)
            problem("rolled back where it could try again", name, number);
        if (done && !is(to, to_size) && kind != END && kind != POWER)
            problem("success without what was asked for", name, number);
        snapshot *left = take();
        if (is_new(left->fingerprint))
            follow_up(name, number);
        release(left);
    }
}

int wmain(int count, wchar_t **words) {
    setvbuf(stdout, NULL, _IONBF, 0);
    if (count < 5)
        return 2;
    is_read_only = count > 5 && !wcscmp(words[5], L"readonly");
    load_dll(words[1]);
    wcscpy(folder, words[2]);
    swprintf(config, MAX_PATH, L"%ls\\applicationHost.config", folder);
    swprintf(record, MAX_PATH, L"%ls.AspNetCoreModuleV2.undo", config);
    read_jobs(words[3], add);
    read_jobs(words[4], take_out);
    before_bytes = load(config, &before_size);
    if (!before_bytes)
        fatal("cannot read the configuration");
    reset(before_bytes, before_size);
    if (!transaction(add))
        fatal("it cannot be registered");
    after_bytes = load(config, &after_size);
    record_bytes = load(record, &record_size);
    if (!after_bytes || !record_bytes || is(before_bytes, before_size))
        fatal("it was not registered");
    static const struct { int mode; const char *name; } KINDS[] = {
        { FAIL, "a failure" }, { END, "an end" }, { POWER, "a loss of power" }, { GAP, "an end within ReplaceFileW" },
        { POWER_GAP, "a loss of power within ReplaceFileW" }, { R1175, "1175" }, { R1176, "1176" }, { R1177, "1177" },
        { MOVED, "1177 and another's file" },
    };
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
        for (int removes = 0; removes < 2; removes++) {
            int before = runs;
            matrix(removes, KINDS[i].mode, KINDS[i].name);
            printf("%s, %s: %d runs\n", removes ? "removal" : "installation", KINDS[i].name, runs - before);
        }
    reset(before_bytes, before_size);
    printf("%d runs, %d kinds of remains, %d problems\n", runs, known_count, problems);
    return problems != 0;
}
