/* Another program that has a file open, as Windows Installer has a package: `hold FILE SIGN` writes the file SIGN when it
 * holds FILE, and ends when SIGN is gone. */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

/* what others may do meanwhile */
#ifndef SHARE
#define SHARE FILE_SHARE_READ
#endif

int wmain(int count, wchar_t **names) {
    if (count != 3)
        return 2;
    HANDLE held = CreateFileW(names[1], GENERIC_READ, SHARE, NULL, OPEN_EXISTING, 0, NULL);
    HANDLE sign = CreateFileW(names[2], GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    if (held == INVALID_HANDLE_VALUE || sign == INVALID_HANDLE_VALUE)
        return 1;
    CloseHandle(sign);
    while (GetFileAttributesW(names[2]) != INVALID_FILE_ATTRIBUTES)
        Sleep(10);
    return 0;
}
