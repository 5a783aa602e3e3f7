/* Prints every value at and below the keys that it is given: `registry KEY...`. A key begins with HKLM64\ in the view of 64-bit
 * programs, and with HKLM32\ in that of 32-bit ones; a missing one has no values. For each value its key, its name, and its kind
 * and data, in UTF-8, each with a NUL behind it, which is in none of them. `complete` is the end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <fcntl.h>
#include <io.h>
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#define KEY_ROOM 32768
#define NAME_ROOM 16384
#define DATA_ROOM (1 << 20)

static void need(LSTATUS status, const wchar_t *key) {
    if (status == ERROR_SUCCESS)
        return;
    fprintf(stderr, "%ls: error %ld\n", key, status);
    exit(2);
}

static void print(const wchar_t *text) {
    static char bytes[2 * DATA_ROOM];
    int size = WideCharToMultiByte(CP_UTF8, 0, text, -1, bytes, sizeof bytes, NULL, NULL);
    need(size ? ERROR_SUCCESS : (LSTATUS)GetLastError(), text);
    fwrite(bytes, 1, size, stdout);
}

static void print_data(DWORD kind, const wchar_t *data, DWORD size) {
    if (kind == REG_SZ || kind == REG_EXPAND_SZ) {
        fputs(kind == REG_SZ ? "REG_SZ " : "REG_EXPAND_SZ ", stdout);
        print(data);
        return;
    }
    if (kind == REG_DWORD && size == sizeof(DWORD)) {
        printf("REG_DWORD 0x%lx", *(const DWORD *)data);
    } else {
        printf("hex(%lu) ", kind);
        for (DWORD at = 0; at < size; at++)
            printf("%02x", ((const BYTE *)data)[at]);
    }
    putchar(0);
}

/* The key has room for the names of those below it. */
static void list(wchar_t *key, int may_be_missing) {
    static wchar_t name[NAME_ROOM], data[DATA_ROOM / sizeof(wchar_t) + 2];
    REGSAM view = !wcsncmp(key, L"HKLM64\\", 7) ? KEY_WOW64_64KEY : !wcsncmp(key, L"HKLM32\\", 7) ? KEY_WOW64_32KEY : 0;
    size_t end = wcslen(key);
    HKEY open;
    need(view && end + 257 < KEY_ROOM ? ERROR_SUCCESS : ERROR_INVALID_PARAMETER, key);
    LSTATUS status = RegOpenKeyExW(HKEY_LOCAL_MACHINE, key + 7, 0, KEY_READ | view, &open);
    if (status == ERROR_FILE_NOT_FOUND && may_be_missing)
        return;
    need(status, key);
    for (DWORD at = 0;; at++) {
        DWORD length = NAME_ROOM, size = DATA_ROOM, kind;
        status = RegEnumValueW(open, at, name, &length, NULL, &kind, (BYTE *)data, &size);
        if (status == ERROR_NO_MORE_ITEMS)
            break;
        need(status, key);
        /* a text may lack its end */
        memset((BYTE *)data + size, 0, 2 * sizeof(wchar_t));
        print(key);
        print(name);
        print_data(kind, data, size);
    }
    for (DWORD at = 0;; at++) {
        DWORD length = 256;
        key[end] = L'\\';
        status = RegEnumKeyExW(open, at, key + end + 1, &length, NULL, NULL, NULL, NULL);
        if (status == ERROR_NO_MORE_ITEMS)
            break;
        need(status, key);
        list(key, 0);
    }
    key[end] = 0;
    RegCloseKey(open);
}

int wmain(int count, wchar_t **keys) {
    static wchar_t key[KEY_ROOM];
    _setmode(_fileno(stdout), _O_BINARY);
    for (int at = 1; at < count; at++) {
        need(wcslen(keys[at]) < KEY_ROOM ? ERROR_SUCCESS : ERROR_INVALID_PARAMETER, L"a key");
        wcscpy(key, keys[at]);
        list(key, 1);
    }
    fputs("complete", stdout);
    return fflush(stdout) ? 2 : 0;
}
