/*
 * Stands in for libFuzzer in the tests: gives each file named to the harness once, so that what was
 * found stays found, also where there is no clang.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Longer than any seed. */
#define MOST ((size_t)1024 * 1024)

int main(int argc, char **argv)
{
    uint8_t *bytes = malloc(MOST);
    for (int i = 1; bytes && i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        if (!file) {
            perror(argv[i]);
            return 2;
        }
        size_t n = fread(bytes, 1, MOST, file);
        fclose(file);
        printf("%s\n", argv[i]); /* the last one named is the one it died of */
        fflush(stdout);
        LLVMFuzzerTestOneInput(bytes, n);
    }
    free(bytes);
    return bytes ? 0 : 2;
}
