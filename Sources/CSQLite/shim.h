#include <sqlite3.h>

// sqlite3_db_config is variadic, which Swift cannot call.
static inline int zona_enable_triggers(sqlite3 *connection, int is_on) {
    return sqlite3_db_config(connection, SQLITE_DBCONFIG_ENABLE_TRIGGER, is_on, (int *)0);
}
