/* A program that starts another one, and neither ends: `HELD` is there while the other runs, `HELD.seen` since it did. */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

static HANDLE made(const wchar_t *name, DWORD flags) {
    return CreateFileW(name, GENERIC_WRITE | DELETE, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL, CREATE_ALWAYS, flags, NULL);
}

int wmain(int count, wchar_t **names) {
    if (count == 2 && lstrcmpW(names[1], L"other") == 0) {
        if (made(L"" HELD, FILE_FLAG_DELETE_ON_CLOSE) == INVALID_HANDLE_VALUE)
            return 1;
        CloseHandle(made(L"" HELD ".seen", 0));
    } else {
        wchar_t own[MAX_PATH], line[MAX_PATH + 16];
        STARTUPINFOW how = {.cb = sizeof how};
        PROCESS_INFORMATION other;
        GetModuleFileNameW(NULL, own, MAX_PATH);
        wsprintfW(line, L"\"%s\" other", own);
        if (!CreateProcessW(own, line, NULL, NULL, FALSE, 0, NULL, NULL, &how, &other))
            return 1;
    }
    Sleep(INFINITE);
    return 0;
}
