/* The DLL that stands under the handler's name in the ARM64 packages, where a forwarder will not do: loads the real
 * handler from its own folder and passes the call on. X.dll loads X_arm64.dll or X_x64.dll, so it is right for every
 * product. native/README.md says when it is used and why.
 *
 * Compiled once for each view of the ARM64X image. No CRT, no headers, no entry point, no state but one pointer: what
 * is not here cannot fail in a worker process. Builds with clang and with cl. */

typedef void *HMODULE;
typedef void *HANDLE;
typedef unsigned short WCHAR;
typedef unsigned long DWORD; /* 32 bits on Windows */
typedef long HRESULT;
typedef int BOOL;
typedef unsigned long long SIZE_T;
typedef long long(__stdcall *FARPROC)(void);

#define IMPORT __declspec(dllimport)
IMPORT BOOL __stdcall FreeLibrary(HMODULE);
IMPORT DWORD __stdcall GetLastError(void);
IMPORT DWORD __stdcall GetModuleFileNameW(HMODULE, WCHAR *, DWORD);
IMPORT FARPROC __stdcall GetProcAddress(HMODULE, const char *);
IMPORT HANDLE __stdcall GetProcessHeap(void);
IMPORT void *__stdcall HeapAlloc(HANDLE, DWORD, SIZE_T);
IMPORT BOOL __stdcall HeapFree(HANDLE, DWORD, void *);
IMPORT HMODULE __stdcall LoadLibraryExW(const WCHAR *, HANDLE, DWORD);

/* An intrinsic of both compilers: a full barrier on every processor. */
void *_InterlockedCompareExchangePointer(void *volatile *, void *, void *);
#pragma intrinsic(_InterlockedCompareExchangePointer)

#define LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR 0x00000100
#define LOAD_LIBRARY_SEARCH_DEFAULT_DIRS 0x00001000
#define ERROR_NOT_ENOUGH_MEMORY 8
#define ERROR_INSUFFICIENT_BUFFER 122
#define ERROR_MOD_NOT_FOUND 126
#define ERROR_PROC_NOT_FOUND 127
#define MAX_PATH 260

/* The longest path that Windows has, with its NUL. */
#define LONGEST 32768
/* What goes before a path that is too long for the ordinary form: `\\?\`, or `\\?\UNC` for `\\server`. */
#define PREFIX 7

/* ARM64EC code and x64 code are both for the x64 view. */
#if defined(__arm64ec__) || defined(_M_ARM64EC) || defined(__x86_64__) || defined(_M_X64)
#define SUFFIX L"_x64.dll"
#else
#define SUFFIX L"_arm64.dll"
#endif
static const WCHAR suffix[] = SUFFIX;

/* HRESULT CreateApplication(IHttpServer *, IHttpApplication *, APPLICATION_PARAMETER *, DWORD, IAPPLICATION **) */
typedef HRESULT(__stdcall *CREATE_APPLICATION)(void *, void *, void *, DWORD, void **);

/* The linker's name for the image's first byte, which is its module handle; the same in both views. */
extern char __ImageBase;

/* The handler's function, once it is known. */
static void *volatile create_application;

static DWORD last_error(DWORD otherwise)
{
    DWORD error = GetLastError();
    return error ? error : otherwise;
}

/* A loop that no compiler turns into a call of memcpy, which is not here. */
static void copy(WCHAR *to, const WCHAR *from, DWORD count)
{
    volatile WCHAR *out = to;
    for (DWORD i = 0; i < count; i++)
        out[i] = from[i];
}

/* Makes the path of the handler beside this module in `buffer`, which holds PREFIX + LONGEST + the suffix; `*path` is
 * where it begins. */
static DWORD handler_path(WCHAR *buffer, const WCHAR **path)
{
    WCHAR *own = buffer + PREFIX;
    DWORD length = GetModuleFileNameW(&__ImageBase, own, LONGEST);
    DWORD name;
    if (!length)
        return last_error(ERROR_MOD_NOT_FOUND);
    if (length >= LONGEST)
        return ERROR_INSUFFICIENT_BUFFER;
    /* up to the dot of the extension, if the name has one */
    for (name = length; name && own[name - 1] != '\\' && own[name - 1] != '/'; name--) {
        if (own[name - 1] == '.') {
            length = name - 1;
            break;
        }
    }
    copy(own + length, suffix, sizeof(suffix) / sizeof(WCHAR));
    *path = own;
    /* This module's own path may be just short enough for the ordinary form, and the handler's is longer. */
    if (length + sizeof(suffix) / sizeof(WCHAR) > MAX_PATH) {
        if (own[0] != '\\' && own[1] == ':') {
            *path = own - 4;
            copy(own - 4, L"\\\\?\\", 4);
        } else if (own[0] == '\\' && own[1] == '\\' && own[2] != '?' && own[2] != '.') {
            *path = own - 6;
            copy(own - 6, L"\\\\?\\UNC", 7); /* over the first backslash of `\\server` */
        }
    }
    return 0;
}

/* Loads the handler and finds its function; 0, or a Windows error. What it loads stays loaded for the life of the
 * process: the caller keeps pointers into it. */
static DWORD find(CREATE_APPLICATION *found)
{
    HANDLE heap = GetProcessHeap();
    WCHAR *buffer = HeapAlloc(heap, 0, (PREFIX + LONGEST) * sizeof(WCHAR) + sizeof(suffix));
    const WCHAR *path;
    DWORD error;
    HMODULE module = 0;
    void *function = 0;
    if (!buffer)
        return ERROR_NOT_ENOUGH_MEMORY;
    error = handler_path(buffer, &path);
    if (!error) {
        module = LoadLibraryExW(path, 0, LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_DEFAULT_DIRS);
        if (!module)
            error = last_error(ERROR_MOD_NOT_FOUND);
    }
    HeapFree(heap, 0, buffer);
    if (error)
        return error;
    function = (void *)GetProcAddress(module, "CreateApplication");
    if (!function) {
        error = last_error(ERROR_PROC_NOT_FOUND);
        FreeLibrary(module);
        return error;
    }
    /* Of several threads one keeps its reference; the others found the same function, and give theirs back. */
    if (_InterlockedCompareExchangePointer(&create_application, function, 0))
        FreeLibrary(module);
    *found = (CREATE_APPLICATION)function;
    return 0;
}

HRESULT __stdcall CreateApplication(void *server, void *application, void *parameter, DWORD count, void **result)
{
    CREATE_APPLICATION create = (CREATE_APPLICATION)_InterlockedCompareExchangePointer(&create_application, 0, 0);
    if (!create) {
        DWORD error = find(&create);
        if (error) /* HRESULT_FROM_WIN32; an error that is an HRESULT already stays what it is */
            return (HRESULT)error < 0 ? (HRESULT)error : (HRESULT)((error & 0xFFFF) | 0x80070000);
    }
    return create(server, application, parameter, count, result);
}
