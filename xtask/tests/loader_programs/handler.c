/* Stands in for the out-of-process handler: checks every argument, and says which processor it is for. EXPORT is the
 * name of its function. */
typedef unsigned int DWORD;
typedef unsigned long long QWORD;

__declspec(dllexport) DWORD __stdcall EXPORT(QWORD server, QWORD application, QWORD parameter, DWORD count, DWORD *result)
{
    *result = 0xC0FFEE;
    if (server != 0x1111111122222222 || application != 0x3333333344444444 || parameter != 0x5555555566666666 || count != 7)
        return 0xE0000002;
    return MARK;
}
