/* Installs the packages that a file lists, a path and its properties in a line, with a tab between; prints how each ended.
   One process for many packages: msiexec takes a second to start under Wine. */

#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <msi.h>
#include <stdio.h>
#include <string.h>

int main(int count, char **arguments)
{
    char line[4096];
    FILE *list = count > 1 ? fopen(arguments[1], "r") : NULL;
    if (!list)
        return 2;
    MsiSetInternalUI(INSTALLUILEVEL_NONE, NULL);
    while (fgets(line, sizeof line, list)) {
        line[strcspn(line, "\r\n")] = 0;
        char *properties = strchr(line, '\t');
        if (properties)
            *properties++ = 0;
        printf("%u\n", MsiInstallProductA(line, properties ? properties : ""));
        fflush(stdout);
    }
    return 0;
}
