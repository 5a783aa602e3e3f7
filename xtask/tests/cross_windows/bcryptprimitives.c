/* A stand-in for Windows' bcryptprimitives.dll, which Wine 8 lacks: the one function that Rust's standard library takes
 * from it (https://learn.microsoft.com/windows/win32/seccng/processprng). */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length) {
    return RtlGenRandom(data, (ULONG)length);
}
