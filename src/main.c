/*
 * The subcommand table. Everything else stands in cmd/, one file per subcommand.
 */
#include "cmd/command.h"

int main(int argc, char **argv)
{
    return command_main(argc, argv);
}
