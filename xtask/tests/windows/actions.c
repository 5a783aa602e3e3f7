/* Runs the entries of the custom action DLL as Windows Installer would, with each of their system calls failing in turn, and
 * with the process ending after each in turn: `actions DLL FOLDER ADD REMOVE`. FOLDER has `applicationHost.config`; ADD and
 * REMOVE are files with the jobs (CustomActionData) of an installation and of a removal, in UTF-8.
 *
 * The DLL's imports are led through here. A process ends by a thread that ends with all of its handles closed, which is what
 * the DLL's process would leave. After each run the configuration must be as before or registered, to the byte, and the next
 * installation, repair and removal must succeed and leave nothing behind. Prints a line for each violation, and a summary. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <windows.h>

typedef UINT(WINAPI *entry)(UINT);

enum { NONE, FAIL, END, GAP, R1175, R1176, R1177 };

static int mode, at, calls, verbose;
static const char *hit;
static HANDLE open_files[256], open_searches[64];
static wchar_t data[1 << 16];
static char log_text[1 << 16];
static wchar_t folder[MAX_PATH], config[MAX_PATH];

/* ---- what stands for the process ---- */

static void remember(HANDLE *list, int size, HANDLE handle) {
    for (int i = 0; i < size; i++)
        if (!list[i]) {
            list[i] = handle;
            return;
        }
}

static void forget(HANDLE *list, int size, HANDLE handle) {
    for (int i = 0; i < size; i++)
        if (list[i] == handle)
            list[i] = NULL;
}

static void end_process(void) {
    for (int i = 0; i < 256; i++)
        if (open_files[i])
            CloseHandle(open_files[i]);
    for (int i = 0; i < 64; i++)
        if (open_searches[i])
            FindClose(open_searches[i]);
    memset(open_files, 0, sizeof open_files);
    memset(open_searches, 0, sizeof open_searches);
    ExitThread(0xDEAD);
}

/* Counts a call; whether it is the one that fails. */
static int fails(const char *name) {
    calls++;
    if (calls == at)
        hit = name;
    if (calls == at && mode == FAIL) {
        SetLastError(ERROR_IO_DEVICE);
        return 1;
    }
    return 0;
}

static void after(void) {
    DWORD error = GetLastError();
    if (calls == at && mode == END)
        end_process();
    SetLastError(error);
}

#define CALL(type, name, bad, call)                                                                                     \
    if (fails(name))                                                                                                    \
        return bad;                                                                                                     \
    type result = call;                                                                                                 \
    after();                                                                                                            \
    return result;

static HANDLE WINAPI create_file(LPCWSTR path, DWORD access, DWORD share, LPSECURITY_ATTRIBUTES security, DWORD how,
        DWORD flags, HANDLE template) {
    if (fails("CreateFileW"))
        return INVALID_HANDLE_VALUE;
    HANDLE file = CreateFileW(path, access, share, security, how, flags, template);
    if (file != INVALID_HANDLE_VALUE) {
        DWORD error = GetLastError();
        remember(open_files, 256, file);
        SetLastError(error);
    }
    after();
    return file;
}

static BOOL WINAPI close_handle(HANDLE handle) {
    forget(open_files, 256, handle);
    return CloseHandle(handle);
}

static BOOL WINAPI read_file(HANDLE file, LPVOID buffer, DWORD room, LPDWORD length, LPOVERLAPPED overlapped) {
    CALL(BOOL, "ReadFile", FALSE, ReadFile(file, buffer, room, length, overlapped))
}

static BOOL WINAPI write_file(HANDLE file, LPCVOID buffer, DWORD size, LPDWORD length, LPOVERLAPPED overlapped) {
    CALL(BOOL, "WriteFile", FALSE, WriteFile(file, buffer, size, length, overlapped))
}

static BOOL WINAPI flush(HANDLE file) { CALL(BOOL, "FlushFileBuffers", FALSE, FlushFileBuffers(file)) }

static BOOL WINAPI set_pointer(HANDLE file, LARGE_INTEGER to, PLARGE_INTEGER now, DWORD how) {
    CALL(BOOL, "SetFilePointerEx", FALSE, SetFilePointerEx(file, to, now, how))
}

static BOOL WINAPI move_file(LPCWSTR from, LPCWSTR to, DWORD flags) {
    CALL(BOOL, "MoveFileExW", FALSE, MoveFileExW(from, to, flags))
}

static BOOL WINAPI delete_file(LPCWSTR path) { CALL(BOOL, "DeleteFileW", FALSE, DeleteFileW(path)) }

static DWORD WINAPI get_attributes(LPCWSTR path) {
    CALL(DWORD, "GetFileAttributesW", INVALID_FILE_ATTRIBUTES, GetFileAttributesW(path))
}

static BOOL WINAPI set_information(HANDLE file, FILE_INFO_BY_HANDLE_CLASS kind, LPVOID value, DWORD size) {
    CALL(BOOL, "SetFileInformationByHandle", FALSE, SetFileInformationByHandle(file, kind, value, size))
}

static BOOL WINAPI get_information(HANDLE file, LPBY_HANDLE_FILE_INFORMATION value) {
    CALL(BOOL, "GetFileInformationByHandle", FALSE, GetFileInformationByHandle(file, value))
}

static DWORD WINAPI final_path(HANDLE file, LPWSTR buffer, DWORD room, DWORD flags) {
    CALL(DWORD, "GetFinalPathNameByHandleW", 0, GetFinalPathNameByHandleW(file, buffer, room, flags))
}

static HANDLE WINAPI find_first(LPCWSTR pattern, LPWIN32_FIND_DATAW found) {
    if (fails("FindFirstFileW"))
        return INVALID_HANDLE_VALUE;
    HANDLE search = FindFirstFileW(pattern, found);
    if (search != INVALID_HANDLE_VALUE)
        remember(open_searches, 64, search);
    after();
    return search;
}

static BOOL WINAPI find_next(HANDLE search, LPWIN32_FIND_DATAW found) {
    CALL(BOOL, "FindNextFileW", FALSE, FindNextFileW(search, found))
}

static BOOL WINAPI find_close(HANDLE search) {
    forget(open_searches, 64, search);
    return FindClose(search);
}

static FARPROC WINAPI get_address(HMODULE module, LPCSTR name) {
    CALL(FARPROC, "GetProcAddress", NULL, GetProcAddress(module, name))
}

/* Waiting takes no time here. */
static void WINAPI sleep(DWORD time) { (void)time; }

/* The outcomes of ReplaceFileW that Microsoft documents:
 * https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-replacefilew */
static BOOL WINAPI replace(LPCWSTR replaced, LPCWSTR replacement, LPCWSTR backup, DWORD flags, LPVOID a, LPVOID b) {
    if (fails("ReplaceFileW"))
        return FALSE;
    if (calls == at && mode == R1175) {
        mode = NONE;
        SetLastError(ERROR_UNABLE_TO_REMOVE_REPLACED);
        return FALSE;
    }
    if (calls == at && mode == R1176) {
        /* with a name for the old file, both keep their names; without one it is gone */
        if (!backup)
            DeleteFileW(replaced);
        SetLastError(ERROR_UNABLE_TO_MOVE_REPLACEMENT);
        return FALSE;
    }
    if (calls == at && mode == R1177) {
        static wchar_t other[MAX_PATH];
        swprintf(other, MAX_PATH, L"%ls~RF1177.TMP", replaced);
        MoveFileExW(replaced, backup ? backup : other, MOVEFILE_REPLACE_EXISTING);
        SetLastError(ERROR_UNABLE_TO_MOVE_REPLACEMENT_2);
        return FALSE;
    }
    if (calls == at && mode == GAP) {
        if (backup)
            MoveFileExW(replaced, backup, 0);
        end_process();
    }
    BOOL result = ReplaceFileW(replaced, replacement, backup, flags, a, b);
    after();
    return result;
}

/* ---- what stands for Windows Installer ---- */

static UINT WINAPI get_property(UINT install, LPCWSTR name, LPWSTR buffer, LPDWORD room) {
    const wchar_t *value = wcscmp(name, L"CustomActionData") ? L"" : data;
    DWORD length = wcslen(value), had = *room;
    (void)install;
    *room = length;
    if (length >= had)
        return ERROR_MORE_DATA;
    wcscpy(buffer, value);
    return ERROR_SUCCESS;
}

static UINT WINAPI create_record(UINT fields) { (void)fields; return 1; }
static UINT WINAPI close_msi(UINT handle) { (void)handle; return ERROR_SUCCESS; }
static UINT WINAPI set_integer(UINT record, UINT field, int value) { (void)record; (void)field; (void)value; return 0; }

static UINT WINAPI set_string(UINT record, UINT field, LPCWSTR text) {
    (void)record;
    size_t used = strlen(log_text);
    if (field && used < sizeof log_text - 2048)
        snprintf(log_text + used, 2000, "    %ls\n", text);
    return ERROR_SUCCESS;
}

static int WINAPI process_message(UINT install, int kind, UINT record) { (void)install; (void)kind; (void)record; return 0; }

static const struct { const char *name; void *function; } HOOKS[] = {
    { "CreateFileW", create_file }, { "CloseHandle", close_handle }, { "ReadFile", read_file },
    { "WriteFile", write_file }, { "FlushFileBuffers", flush }, { "SetFilePointerEx", set_pointer },
    { "MoveFileExW", move_file }, { "DeleteFileW", delete_file }, { "GetFileAttributesW", get_attributes },
    { "SetFileInformationByHandle", set_information }, { "GetFileInformationByHandle", get_information },
    { "GetFinalPathNameByHandleW", final_path }, { "FindFirstFileW", find_first }, { "FindNextFileW", find_next },
    { "FindClose", find_close }, { "GetProcAddress", get_address }, { "Sleep", sleep }, { "ReplaceFileW", replace },
    { "MsiGetPropertyW", get_property }, { "MsiCreateRecord", create_record }, { "MsiCloseHandle", close_msi },
    { "MsiRecordSetInteger", set_integer }, { "MsiRecordSetStringW", set_string }, { "MsiProcessMessage", process_message },
};

static void hook(HMODULE module) {
    char *base = (char *)module;
    IMAGE_NT_HEADERS *headers = (IMAGE_NT_HEADERS *)(base + ((IMAGE_DOS_HEADER *)base)->e_lfanew);
    IMAGE_DATA_DIRECTORY *directory = &headers->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT];
    IMAGE_IMPORT_DESCRIPTOR *import = (IMAGE_IMPORT_DESCRIPTOR *)(base + directory->VirtualAddress);
    for (; import->Name; import++) {
        IMAGE_THUNK_DATA *names = (IMAGE_THUNK_DATA *)(base + import->OriginalFirstThunk);
        IMAGE_THUNK_DATA *slots = (IMAGE_THUNK_DATA *)(base + import->FirstThunk);
        for (; names->u1.AddressOfData; names++, slots++) {
            const char *name = ((IMAGE_IMPORT_BY_NAME *)(base + names->u1.AddressOfData))->Name;
            for (size_t i = 0; i < sizeof HOOKS / sizeof *HOOKS; i++)
                if (!strcmp(name, HOOKS[i].name)) {
                    DWORD before;
                    VirtualProtect(slots, sizeof *slots, PAGE_READWRITE, &before);
                    slots->u1.Function = (ULONG_PTR)HOOKS[i].function;
                    VirtualProtect(slots, sizeof *slots, before, &before);
                }
        }
    }
}

/* ---- the runs ---- */

static HMODULE dll;
static wchar_t add[1 << 15], take_out[1 << 15];
static char *before_bytes, *after_bytes;
static size_t before_size, after_size;
static int problems, runs;

static void fatal(const char *what) {
    printf("fatal: %s (error %lu)\n%s", what, GetLastError(), log_text);
    exit(2);
}

static char *load(const wchar_t *path, size_t *size) {
    HANDLE file = CreateFileW(path, GENERIC_READ, 7, NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return NULL;
    DWORD length = GetFileSize(file, NULL), got;
    char *bytes = malloc(length + 1);
    ReadFile(file, bytes, length, &got, NULL);
    bytes[length] = 0;
    CloseHandle(file);
    *size = length;
    return bytes;
}

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
        if (verbose)
            printf("    left: %ls\n", path);
        DeleteFileW(path);
    } while (FindNextFileW(search, &found));
    FindClose(search);
    return count;
}

static void reset(const char *bytes, size_t size) {
    DWORD written;
    sweep();
    HANDLE file = CreateFileW(config, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        fatal("cannot write the configuration");
    WriteFile(file, bytes, size, &written, NULL);
    CloseHandle(file);
}

static DWORD WINAPI in_thread(void *function) { return ((entry)function)(1); }

static unsigned number_of_run;

static DWORD run(const char *name, const wchar_t *jobs) {
    DWORD code;
    wchar_t digits[8];
    wcscpy(data, jobs);
    /* each transaction is a run of its own */
    swprintf(digits, 8, L"%05u", number_of_run % 100000);
    for (wchar_t *run; (run = wcsstr(data, L"@RUN@"));)
        memcpy(run, digits, 5 * sizeof *run);
    HANDLE thread = CreateThread(NULL, 0, in_thread, (void *)GetProcAddress(dll, name), 0, NULL);
    WaitForSingleObject(thread, INFINITE);
    GetExitCodeThread(thread, &code);
    CloseHandle(thread);
    return code;
}

/* An installation or a removal, rolled back where it fails; whether it succeeded. */
static int transaction(const wchar_t *jobs) {
    const char *names[] = { "CheckConfiguration", "ApplyConfiguration" };
    number_of_run++;
    for (int i = 0; i < 2; i++)
        if (run(names[i], jobs) != ERROR_SUCCESS) {
            mode = NONE;
            run("RollBackConfiguration", jobs);
            return 0;
        }
    if (run("CommitConfiguration", jobs) != ERROR_SUCCESS && mode != END) {
        printf("problem: CommitConfiguration failed\n%s", log_text);
        problems++;
    }
    return 1;
}

static void problem(const char *what, const char *kind, int number) {
    problems++;
    printf("problem: %s, %s at call %d (%s)\n%s", what, kind, number, hit ? hit : "-", log_text);
}

static void clean(void) {
    mode = NONE;
    at = 0;
}

static void matrix(const wchar_t *jobs, const char *from, size_t from_size, const char *to, size_t to_size, int kind,
        const char *name) {
    for (int number = 1;; number++) {
        reset(from, from_size);
        if (jobs == take_out) {
            /* registered by ourselves, with the record */
            reset(before_bytes, before_size);
            transaction(add);
        }
        log_text[0] = 0;
        hit = NULL;
        mode = kind;
        at = number;
        calls = 0;
        int done = transaction(jobs);
        int total = calls;
        clean();
        runs++;
        if (!is(from, from_size) && !is(to, to_size)) {
            /* what an ended process left is put right by whatever action comes next */
            problem("neither old nor new", name, number);
        } else if (!done && !is(from, from_size))
            problem("rolled back, and not as before", name, number);
        log_text[0] = 0;
        if (!transaction(add) || !is(after_bytes, after_size))
            problem("the next installation", name, number);
        if (!transaction(add) || !is(after_bytes, after_size))
            problem("the next repair", name, number);
        if (!transaction(take_out) || !is(before_bytes, before_size))
            problem("the next removal", name, number);
        int left = sweep();
        if (left)
            problem("files are left", name, number);
        if (number >= total || number > 5000)
            break;
    }
}

static void read_jobs(const wchar_t *path, wchar_t *jobs) {
    size_t size;
    char *bytes = load(path, &size);
    if (!bytes)
        fatal("cannot read the jobs");
    MultiByteToWideChar(CP_UTF8, 0, bytes, -1, jobs, 1 << 15);
    free(bytes);
}

int wmain(int count, wchar_t **words) {
    if (count < 5)
        return 2;
    verbose = count > 5;
    dll = LoadLibraryW(words[1]);
    if (!dll)
        fatal("cannot load the DLL");
    hook(dll);
    wcscpy(folder, words[2]);
    swprintf(config, MAX_PATH, L"%ls\\applicationHost.config", folder);
    read_jobs(words[3], add);
    read_jobs(words[4], take_out);
    before_bytes = load(config, &before_size);
    if (!before_bytes)
        fatal("cannot read the configuration");
    if (!transaction(add))
        fatal("it cannot be registered");
    after_bytes = load(config, &after_size);
    if (!after_bytes || is(before_bytes, before_size))
        fatal("it was not registered");
    static const struct { int mode; const char *name; } KINDS[] = {
        { FAIL, "a failure" }, { END, "an end" }, { GAP, "an end within ReplaceFileW" }, { R1175, "1175" },
        { R1176, "1176" }, { R1177, "1177" },
    };
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
        matrix(add, before_bytes, before_size, after_bytes, after_size, KINDS[i].mode, KINDS[i].name);
        matrix(take_out, after_bytes, after_size, before_bytes, before_size, KINDS[i].mode, KINDS[i].name);
    }
    reset(before_bytes, before_size);
    printf("%d runs, %d problems\n", runs, problems);
    return problems != 0;
}
