/* Another program that writes to a configuration again and again: `scribble FILE STOP COUNT [MOVE]`. Each time it counts up the
 * number in the comment at the end, in place or, with MOVE, in a new file that takes the old one's name. It ends when STOP is
 * there and writes to COUNT how far it came. No write of it may be lost, so the number in the file must be that one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

static char bytes[1 << 22];

int wmain(int count, wchar_t **words) {
    wchar_t other[MAX_PATH];
    DWORD size, written;
    int done = 0, moves = count > 4;
    if (count < 4)
        return 2;
    swprintf(other, MAX_PATH, L"%ls.theirs", words[1]);
    while (GetFileAttributesW(words[2]) == INVALID_FILE_ATTRIBUTES) {
        HANDLE file = CreateFileW(words[1], moves ? GENERIC_READ : GENERIC_READ | GENERIC_WRITE,
            moves ? FILE_SHARE_READ : 0, NULL, OPEN_EXISTING, 0, NULL);
        if (file == INVALID_HANDLE_VALUE) {
            Sleep(1);
            continue;
        }
        if (!ReadFile(file, bytes, sizeof bytes - 64, &size, NULL))
            return 1;
        bytes[size] = 0;
        char *comment = strstr(bytes, "<!-- scribble ");
        if (comment)
            size = comment - bytes;
        size += sprintf(bytes + size, "<!-- scribble %d -->", done + 1);
        if (moves) {
            /* the file stays open for reading, so that nobody changes it between */
            HANDLE new = CreateFileW(other, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
            int ok = WriteFile(new, bytes, size, &written, NULL);
            CloseHandle(new);
            CloseHandle(file);
            if (ok && MoveFileExW(other, words[1], MOVEFILE_REPLACE_EXISTING))
                done++;
        } else {
            SetFilePointer(file, 0, NULL, FILE_BEGIN);
            if (WriteFile(file, bytes, size, &written, NULL) && SetEndOfFile(file))
                done++;
            CloseHandle(file);
        }
        Sleep(2);
    }
    FILE *told = _wfopen(words[3], L"w");
    if (!told)
        return 1;
    fprintf(told, "%d\n", done);
    return fclose(told);
}
