/* probe.exe HOW MODULE: loads a module with plain LoadLibrary, as the ASP.NET Core Module before September 2025 does,
 * calls its FUNCTION, and says what happened. Without CRT, so that one compiler serves every processor.
 * HOW: `once`, `twice`, or `threads` for eight calls at the same time. */

typedef void *HANDLE;
typedef unsigned short WCHAR;
typedef unsigned int DWORD;
typedef unsigned long long QWORD;

#define IMPORT __declspec(dllimport)
IMPORT HANDLE __stdcall CreateEventW(void *, int, int, const WCHAR *);
IMPORT HANDLE __stdcall CreateThread(void *, QWORD, DWORD(__stdcall *)(void *), void *, DWORD, DWORD *);
IMPORT void __stdcall ExitProcess(DWORD);
IMPORT int __stdcall FreeLibrary(HANDLE);
IMPORT WCHAR *__stdcall GetCommandLineW(void);
IMPORT DWORD __stdcall GetLastError(void);
IMPORT HANDLE __stdcall GetModuleHandleW(const WCHAR *);
IMPORT void *__stdcall GetProcAddress(HANDLE, const char *);
IMPORT HANDLE __stdcall GetStdHandle(DWORD);
IMPORT HANDLE __stdcall LoadLibraryW(const WCHAR *);
IMPORT int __stdcall SetEvent(HANDLE);
IMPORT DWORD __stdcall WaitForMultipleObjects(DWORD, HANDLE *, int, DWORD);
IMPORT DWORD __stdcall WaitForSingleObject(HANDLE, DWORD);
IMPORT int __stdcall WriteFile(HANDLE, const void *, DWORD, DWORD *, void *);

#define THREADS 8
#define INFINITE 0xFFFFFFFF

static DWORD(__stdcall *create_application)(QWORD, QWORD, QWORD, DWORD, DWORD *);
static HANDLE start_signal;
static DWORD results[THREADS];
static WCHAR arguments[3][1024];

static void say(const char *text)
{
    DWORD length = 0, written;
    while (text[length])
        length++;
    WriteFile(GetStdHandle((DWORD)-11), text, length, &written, 0);
}

static void say_number(DWORD number)
{
    char text[12] = " 0x";
    for (int i = 0; i < 8; i++)
        text[3 + i] = "0123456789abcdef"[number >> (28 - 4 * i) & 15];
    say(text);
}

/* Every argument is another, and none is a small number but the one that is. */
static DWORD call(void)
{
    DWORD out = 0;
    DWORD result = create_application(0x1111111122222222, 0x3333333344444444, 0x5555555566666666, 7, &out);
    return out == 0xC0FFEE || result >> 31 ? result : 0xE0000001;
}

static DWORD __stdcall thread(void *index)
{
    WaitForSingleObject(start_signal, INFINITE);
    results[(QWORD)index] = call();
    return 0;
}

static void read_arguments(void)
{
    const WCHAR *line = GetCommandLineW();
    for (int n = 0; n < 3; n++) {
        int quoted = 0, length = 0;
        while (*line == ' ')
            line++;
        for (; *line && (quoted || *line != ' ') && length < 1023; line++) {
            if (*line == '"')
                quoted = !quoted;
            else
                arguments[n][length++] = *line;
        }
        arguments[n][length] = 0;
    }
}

void start(void)
{
    HANDLE module, threads[THREADS];
    DWORD references = 0;
    read_arguments();
    module = LoadLibraryW(arguments[2]);
    if (!module) {
        say("LoadLibrary");
        say_number(GetLastError());
        ExitProcess(0);
    }
    create_application = GetProcAddress(module, FUNCTION);
    if (!create_application) {
        say("GetProcAddress");
        say_number(GetLastError());
        ExitProcess(0);
    }
    say("returned");
    if (arguments[1][0] == 't' && arguments[1][1] == 'h') {
        start_signal = CreateEventW(0, 1, 0, 0);
        for (QWORD i = 0; i < THREADS; i++)
            threads[i] = CreateThread(0, 0, thread, (void *)i, 0, 0);
        SetEvent(start_signal);
        WaitForMultipleObjects(THREADS, threads, 1, INFINITE);
        for (int i = 0; i < THREADS; i++)
            say_number(results[i]);
    } else {
        say_number(call());
        if (arguments[1][0] == 't')
            say_number(call());
    }
    while (references < 100 && (module = GetModuleHandleW(HANDLER)) != 0) {
        FreeLibrary(module);
        references++;
    }
    say("; references");
    say_number(references);
    ExitProcess(0);
}
