/* A stand-in for a Windows program, for tests under Wine only: it hands its arguments to a program of the host, in the
 * folder and with the output streams that it has itself, and ends as that one ends. Wine starts a program of the host,
 * but cannot wait for it; so a shell notes the end in a file, which is waited for here.
 *
 * HOST_PROGRAM  the host's path of the program
 * NOTES         a folder for the notes, as the host has it
 * LIBRARIES     for a stand-in of rustc: what it answers to `--print target-libdir`
 */
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#define WIDE_(text) L##text
#define WIDE(text) WIDE_(text)

/* The command line behind the name of the program. */
static const wchar_t *arguments(void) {
    const wchar_t *at = GetCommandLineW();
    wchar_t end = *at == L'"' ? L'"' : L' ';
    at += *at == L'"';
    while (*at && *at != end)
        at++;
    return *at == L'"' ? at + 1 : at;
}

int main(void) {
    static wchar_t line[32768], note[1024], file[1024];
#ifdef LIBRARIES
    if (wcsstr(arguments(), L"target-libdir")) {
        puts(LIBRARIES);
        return 0;
    }
#endif
    swprintf(note, 1024, WIDE(NOTES) L"/%lu-%lu", GetCurrentProcessId(), GetTickCount());
    swprintf(file, 1024, L"Z:%ls", note);
    int length = swprintf(line, 32768,
        L"sh -c \"\\\"$0\\\" \\\"$@\\\"; echo $? > %ls.part; mv %ls.part %ls\" " WIDE(HOST_PROGRAM) L" %ls", note, note, note,
        arguments());
    STARTUPINFOW start = { .cb = sizeof start, .dwFlags = STARTF_USESTDHANDLES,
        .hStdInput = GetStdHandle(STD_INPUT_HANDLE), .hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE),
        .hStdError = GetStdHandle(STD_ERROR_HANDLE) };
    PROCESS_INFORMATION started;
    if (length < 0 || !CreateProcessW(L"Z:\\bin\\sh", line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &started)) {
        fprintf(stderr, "the stand-in cannot start %s: %lu\n", HOST_PROGRAM, GetLastError());
        return 99;
    }
    for (;;) {
        FILE *ended = _wfopen(file, L"r");
        int code;
        if (ended && fscanf(ended, "%d", &code) == 1)
            return code;
        Sleep(1);
    }
}
