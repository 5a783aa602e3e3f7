/* loader.exe MODULE EXPORT: loads a module, calls one of its exports with five arguments, prints what it returned.
 * The call is right for __stdcall and for fewer parameters too on every 64-bit processor. */
#include <stdio.h>
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

typedef HRESULT(__stdcall *function)(void *, void *, void *, DWORD, void **);

int main(int count, char **arguments)
{
    HMODULE module = count == 3 ? LoadLibraryA(arguments[1]) : NULL;
    if (!module) {
        printf("LoadLibrary: error %lu\n", GetLastError());
        return 1;
    }
    function call = (function)GetProcAddress(module, arguments[2]);
    if (!call) {
        printf("GetProcAddress: error %lu\n", GetLastError());
        return 2;
    }
    void *out = NULL;
    printf("%#lx\n", (unsigned long)call(NULL, NULL, NULL, 0, &out));
    return 0;
}
