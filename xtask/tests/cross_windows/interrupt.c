/* A user at a console who presses Ctrl-C: `interrupt FOLDER PROGRAM WORD...` starts the program, presses when two things are
 * in the folder, and ends as the program ends; with 98 where that was before. No word may end with a backslash. */
#define _WIN32_WINNT 0x0A00
#define NTDDI_VERSION 0x0A000006
#include <stdio.h>
#include <wchar.h>
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

static int entries(const wchar_t *folder) {
    wchar_t pattern[1024];
    WIN32_FIND_DATAW found;
    swprintf(pattern, 1024, L"%ls\\*", folder);
    HANDLE search = FindFirstFileW(pattern, &found);
    int count = 0;
    if (search == INVALID_HANDLE_VALUE)
        return 0;
    do
        count += wcscmp(found.cFileName, L".") && wcscmp(found.cFileName, L"..");
    while (FindNextFileW(search, &found));
    FindClose(search);
    return count;
}

/* What the console shows, and nobody looks at. */
static DWORD WINAPI drain(void *from) {
    char bytes[4096];
    DWORD read;
    while (ReadFile(from, bytes, sizeof bytes, &read, NULL) && read)
        ;
    return 0;
}

int wmain(int count, wchar_t **words) {
    static wchar_t line[32768];
    static char room[4096];
    SIZE_T size = sizeof room;
    STARTUPINFOEXW start = { .StartupInfo = { .cb = sizeof start, .dwFlags = STARTF_USESTDHANDLES,
        .hStdInput = GetStdHandle(STD_INPUT_HANDLE), .hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE),
        .hStdError = GetStdHandle(STD_ERROR_HANDLE) }, .lpAttributeList = (void *)room };
    PROCESS_INFORMATION started;
    HANDLE keys, keys_in, screen, screen_in;
    HPCON console;
    DWORD code;
    if (!CreatePipe(&keys, &keys_in, NULL, 0) || !CreatePipe(&screen, &screen_in, NULL, 0) ||
        FAILED(CreatePseudoConsole((COORD){ 80, 25 }, keys, screen_in, 0, &console)) ||
        !InitializeProcThreadAttributeList(start.lpAttributeList, 1, 0, &size) ||
        !UpdateProcThreadAttribute(start.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_PSEUDOCONSOLE, console,
            sizeof console, NULL, NULL))
        return 96;
    CreateThread(NULL, 0, drain, screen, 0, NULL);
    for (int at = 2; at < count; at++)
        swprintf(line + wcslen(line), 32768 - wcslen(line), L"\"%ls\" ", words[at]);
    if (!CreateProcessW(NULL, line, NULL, NULL, TRUE, EXTENDED_STARTUPINFO_PRESENT, NULL, NULL, &start.StartupInfo,
            &started))
        return 99;
    while (entries(words[1]) < 2)
        if (WaitForSingleObject(started.hProcess, 5) == WAIT_OBJECT_0)
            return 98;
    /* a key in the pipe waits until somebody reads it; so the event that it would be is raised, from within the console */
    FreeConsole();
    SetConsoleCtrlHandler(NULL, TRUE);
    if (!AttachConsole(started.dwProcessId) || !GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0))
        return 97;
    WaitForSingleObject(started.hProcess, INFINITE);
    GetExitCodeProcess(started.hProcess, &code);
    return code;
}
