/* Stands between a program and its files: counts, records, and breaks what it does to the files of one folder.
 *
 * A library to be loaded before all others (LD_PRELOAD). It sees open, write, sync, cut, rename, link, unlink and mkdir of
 * paths below TORTURE_ROOT, in the order in which they happen, of all processes that share a record. From the environment:
 *
 *   TORTURE_ROOT=DIR           nothing outside of it is counted, recorded or broken
 *   TORTURE_RECORD=FILE        append what happens to this file (see record.py)
 *   TORTURE_DATA=1             with the bytes that are written
 *   TORTURE_FAULT=N:WHAT       at the N-th operation of this process: kill, or the number of an error; with a + behind the
 *                              number the same error for all that follow and take space, as on a full disk
 *
 * glibc only. Real calls go straight to the kernel, so that no other interposed library can hide one.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FRAMES = 16, SKIPPED = 2 };

struct head {
    uint32_t magic;
    uint32_t pid;
    uint64_t number;  /* of the file: inode */
    uint64_t site;    /* hash of the call stack */
    int64_t offset;
    uint32_t length;  /* bytes of data behind the paths */
    uint32_t size;    /* bytes written, or flags of open */
    uint16_t path;
    uint16_t other;
    uint8_t kind;
    uint8_t fault;
    uint16_t error;
};

static char root[PATH_MAX];
static size_t root_length;
static int record_file = -1;
static int with_data;
static uint64_t fault_at;
static int fault_error;
static int fault_stays;
static int fault_kills;
static uint64_t counted;
static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;
static __thread int inside;

__attribute__((constructor)) static void begin(void) {
    const char *folder = getenv("TORTURE_ROOT");
    if (!folder || !realpath(folder, root)) return;
    root_length = strlen(root);
    void *frame[1];
    backtrace(frame, 1);  /* loads what it needs now, outside of any lock */
    const char *name = getenv("TORTURE_RECORD");
    if (name) record_file = syscall(SYS_openat, AT_FDCWD, name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    with_data = getenv("TORTURE_DATA") != NULL;
    const char *fault = getenv("TORTURE_FAULT");
    if (fault) {
        char *what;
        fault_at = strtoull(fault, &what, 10);
        if (*what == ':') what++;
        fault_kills = strcmp(what, "kill") == 0;
        fault_error = fault_kills ? 0 : atoi(what);
        fault_stays = strchr(what, '+') != NULL;
    }
}

static int is_ours(const char *path) {
    return root_length && strncmp(path, root, root_length) == 0 && (path[root_length] == '/' || !path[root_length]);
}

/* The whole path of a name, or of an open file; 0 when it is not below the root. */
static int path_of(int folder, const char *name, char *path) {
    char link[64];
    if (!root_length || inside) return 0;
    if (name && name[0] == '/') {
        snprintf(path, PATH_MAX, "%s", name);
        return is_ours(path);
    }
    if (name && folder == AT_FDCWD) {
        if (syscall(SYS_getcwd, path, PATH_MAX) < 0) return 0;
    } else {
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t length = readlink(link, path, PATH_MAX - 1);
        if (length < 0) return 0;
        path[length] = 0;
    }
    if (!name) return is_ours(path);
    while (strncmp(name, "./", 2) == 0) name += 2;
    size_t length = strlen(path);
    if (snprintf(path + length, PATH_MAX - length, "/%s", name) >= (int)(PATH_MAX - length)) return 0;
    return is_ours(path);
}

/* The same for every run: places in the libraries, not in memory. */
static uint64_t site(void) {
    void *frames[FRAMES];
    uint64_t hash = 1469598103934665603u;
    int depth = backtrace(frames, FRAMES);
    for (int i = SKIPPED; i < depth; i++) {
        Dl_info info;
        if (!dladdr(frames[i], &info) || !info.dli_fname) continue;
        const char *name = strrchr(info.dli_fname, '/');
        for (name = name ? name + 1 : info.dli_fname; *name; name++) hash = (hash ^ (uint8_t)*name) * 1099511628211u;
        hash = (hash ^ (uint64_t)((char *)frames[i] - (char *)info.dli_fbase)) * 1099511628211u;
    }
    return hash;
}

static uint64_t file_number(int file, const char *path) {
    struct stat about;
    int outcome = file >= 0 ? fstat(file, &about) : lstat(path, &about);
    return outcome == 0 ? about.st_ino : 0;
}

static void note(struct head *head, const char *path, const char *other, const void *data) {
    if (record_file < 0) return;
    head->magic = 0x5a4f4e41;
    head->pid = getpid();
    head->path = strlen(path);
    head->other = other ? strlen(other) : 0;
    if (!with_data) head->length = 0;
    struct iovec parts[4] = {
        {head, sizeof *head}, {(void *)path, head->path}, {(void *)other, head->other}, {(void *)data, head->length}};
    if (syscall(SYS_writev, record_file, parts, 4) < 0) _exit(99);
}

/* Every operation goes through here: one at a time, here and in other processes with the same record. */
struct turn { struct head head; char path[PATH_MAX]; char other[PATH_MAX]; };

static int begins(struct turn *turn, char kind, int takes_space) {
    int saved = errno;
    pthread_mutex_lock(&order);
    inside = 1;
    if (record_file >= 0) flock(record_file, LOCK_EX);
    turn->head.kind = kind;
    uint64_t mine = ++counted;
    if (record_file >= 0) turn->head.site = site();
    int is_hit = fault_at && (mine == fault_at || (fault_stays && mine > fault_at && takes_space));
    if (is_hit) {
        turn->head.fault = 1;
        turn->head.error = fault_error;
        turn->head.length = 0;
        note(&turn->head, turn->path, NULL, NULL);
        if (fault_kills) syscall(SYS_kill, getpid(), SIGKILL);
        saved = fault_error;
    }
    errno = saved;
    return is_hit;
}

static long ends(struct turn *turn, long outcome, const void *data) {
    int saved = errno;
    if (!turn->head.fault && outcome >= 0) note(&turn->head, turn->path, turn->other[0] ? turn->other : NULL, data);
    if (record_file >= 0) flock(record_file, LOCK_UN);
    inside = 0;
    pthread_mutex_unlock(&order);
    errno = saved;
    return outcome;
}

/* --- Opening */

static int opens(int folder, const char *name, int flags, mode_t mode) {
    struct turn turn = {0};
    if (!path_of(folder, name, turn.path)) return syscall(SYS_openat, folder, name, flags, mode);
    if (begins(&turn, 'o', flags & O_CREAT)) return ends(&turn, -1, NULL);
    long file = syscall(SYS_openat, folder, name, flags, mode);
    if (file >= 0) {
        struct stat about;
        turn.head.number = fstat(file, &about) == 0 ? about.st_ino : 0;
        turn.head.offset = about.st_mode;
        turn.head.size = flags;
    }
    return ends(&turn, file, NULL);
}

#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | __O_TMPFILE)) { \
        va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); \
    }

int open(const char *name, int flags, ...) { MODE(flags) return opens(AT_FDCWD, name, flags, mode); }
int open64(const char *name, int flags, ...) { MODE(flags) return opens(AT_FDCWD, name, flags | O_LARGEFILE, mode); }
int openat(int folder, const char *name, int flags, ...) { MODE(flags) return opens(folder, name, flags, mode); }
int openat64(int folder, const char *name, int flags, ...) { MODE(flags) return opens(folder, name, flags, mode); }
int creat(const char *name, mode_t mode) { return opens(AT_FDCWD, name, O_CREAT | O_WRONLY | O_TRUNC, mode); }

static int opens_unique(char *name, int suffix, int flags) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    size_t at = strlen(name) - suffix - 6;
    for (int attempt = 0; attempt < 100; attempt++) {
        uint8_t random[6];
        syscall(SYS_getrandom, random, sizeof random, 0);
        for (int i = 0; i < 6; i++) name[at + i] = letters[random[i] % 36];
        int file = opens(AT_FDCWD, name, flags | O_RDWR | O_CREAT | O_EXCL, 0600);
        if (file >= 0 || errno != EEXIST) return file;
    }
    return -1;
}
int mkstemp(char *name) { return opens_unique(name, 0, 0); }
int mkstemp64(char *name) { return opens_unique(name, 0, 0); }
int mkostemp(char *name, int flags) { return opens_unique(name, 0, flags); }
int mkstemps(char *name, int suffix) { return opens_unique(name, suffix, 0); }

/* --- Writing */

static ssize_t writes(int file, const void *data, size_t size, off_t offset, int has_offset) {
    struct turn turn = {0};
    if (file == record_file || !path_of(file, NULL, turn.path))
        return has_offset ? syscall(SYS_pwrite64, file, data, size, offset) : syscall(SYS_write, file, data, size);
    if (begins(&turn, 'w', 1)) return ends(&turn, -1, NULL);
    turn.head.number = file_number(file, NULL);
    if (!has_offset) {
        int appends = fcntl(file, F_GETFL) & O_APPEND;
        offset = lseek(file, 0, appends ? SEEK_END : SEEK_CUR);
    }
    turn.head.offset = offset;
    ssize_t done = has_offset ? syscall(SYS_pwrite64, file, data, size, offset) : syscall(SYS_write, file, data, size);
    turn.head.length = turn.head.size = done > 0 ? done : 0;
    return ends(&turn, done, data);
}

ssize_t write(int file, const void *data, size_t size) { return writes(file, data, size, 0, 0); }
ssize_t pwrite(int file, const void *data, size_t size, off_t offset) { return writes(file, data, size, offset, 1); }
ssize_t pwrite64(int file, const void *data, size_t size, off64_t offset) { return writes(file, data, size, offset, 1); }

/* Of several parts the first that has bytes is written: callers go on with the rest, as after any short write. */
ssize_t writev(int file, const struct iovec *parts, int count) {
    char path[PATH_MAX];
    if (!path_of(file, NULL, path)) return syscall(SYS_writev, file, parts, count);
    for (int i = 0; i < count; i++)
        if (parts[i].iov_len) return writes(file, parts[i].iov_base, parts[i].iov_len, 0, 0);
    return 0;
}
ssize_t pwritev(int file, const struct iovec *parts, int count, off_t offset) {
    char path[PATH_MAX];
    if (!path_of(file, NULL, path)) return syscall(SYS_pwritev, file, parts, count, offset, 0);
    for (int i = 0; i < count; i++)
        if (parts[i].iov_len) return writes(file, parts[i].iov_base, parts[i].iov_len, offset, 1);
    return 0;
}

/* Copying inside the kernel is refused, so that the caller copies by hand and is seen. */
ssize_t copy_file_range(int from, off64_t *at, int to, off64_t *place, size_t size, unsigned flags) {
    char path[PATH_MAX];
    if (path_of(to, NULL, path)) { errno = EXDEV; return -1; }
    return syscall(SYS_copy_file_range, from, at, to, place, size, flags);
}
static ssize_t sends(int to, int from, off_t *offset, size_t size) {
    char path[PATH_MAX], part[65536];
    if (!path_of(to, NULL, path)) return syscall(SYS_sendfile, to, from, offset, size);
    if (size > sizeof part) size = sizeof part;
    ssize_t got = offset ? pread(from, part, size, *offset) : read(from, part, size);
    if (got <= 0) return got;
    ssize_t done = writes(to, part, got, 0, 0);
    if (done > 0 && offset) *offset += done;
    return done;
}
ssize_t sendfile(int to, int from, off_t *offset, size_t size) { return sends(to, from, offset, size); }
ssize_t sendfile64(int to, int from, off64_t *offset, size_t size) { return sends(to, from, offset, size); }

static int cuts(int file, off_t size) {
    struct turn turn = {0};
    if (!path_of(file, NULL, turn.path)) return syscall(SYS_ftruncate, file, size);
    if (begins(&turn, 't', 1)) return ends(&turn, -1, NULL);
    turn.head.number = file_number(file, NULL);
    turn.head.offset = size;
    return ends(&turn, syscall(SYS_ftruncate, file, size), NULL);
}
int ftruncate(int file, off_t size) { return cuts(file, size); }
int ftruncate64(int file, off64_t size) { return cuts(file, size); }

static int syncs(int file, long call) {
    struct turn turn = {0};
    if (!path_of(file, NULL, turn.path)) return syscall(call, file);
    if (begins(&turn, 's', 0)) return ends(&turn, -1, NULL);
    turn.head.number = file_number(file, NULL);
    return ends(&turn, syscall(call, file), NULL);
}
int fsync(int file) { return syncs(file, SYS_fsync); }
int fdatasync(int file) { return syncs(file, SYS_fdatasync); }

/* --- Names */

static int renames(int folder, const char *name, int other_folder, const char *other, unsigned flags) {
    struct turn turn = {0};
    int leaves = path_of(folder, name, turn.path), comes = path_of(other_folder, other, turn.other);
    if (!leaves && !comes) return syscall(SYS_renameat2, folder, name, other_folder, other, flags);
    if (begins(&turn, 'r', 1)) return ends(&turn, -1, NULL);
    turn.head.number = file_number(-1, turn.path);
    return ends(&turn, syscall(SYS_renameat2, folder, name, other_folder, other, flags), NULL);
}
int rename(const char *name, const char *other) { return renames(AT_FDCWD, name, AT_FDCWD, other, 0); }
int renameat(int a, const char *name, int b, const char *other) { return renames(a, name, b, other, 0); }
int renameat2(int a, const char *name, int b, const char *other, unsigned f) { return renames(a, name, b, other, f); }

static int links(int folder, const char *name, int other_folder, const char *other, int flags) {
    struct turn turn = {0};
    path_of(folder, name, turn.path);
    if (!path_of(other_folder, other, turn.other)) return syscall(SYS_linkat, folder, name, other_folder, other, flags);
    if (begins(&turn, 'l', 1)) return ends(&turn, -1, NULL);
    turn.head.number = file_number(-1, turn.path);
    return ends(&turn, syscall(SYS_linkat, folder, name, other_folder, other, flags), NULL);
}
int link(const char *name, const char *other) { return links(AT_FDCWD, name, AT_FDCWD, other, 0); }
int linkat(int a, const char *name, int b, const char *other, int flags) { return links(a, name, b, other, flags); }

static int unlinks(int folder, const char *name, int flags) {
    struct turn turn = {0};
    if (!path_of(folder, name, turn.path)) return syscall(SYS_unlinkat, folder, name, flags);
    if (begins(&turn, 'u', 0)) return ends(&turn, -1, NULL);
    turn.head.number = file_number(-1, turn.path);
    return ends(&turn, syscall(SYS_unlinkat, folder, name, flags), NULL);
}
int unlink(const char *name) { return unlinks(AT_FDCWD, name, 0); }
int rmdir(const char *name) { return unlinks(AT_FDCWD, name, AT_REMOVEDIR); }
int unlinkat(int folder, const char *name, int flags) { return unlinks(folder, name, flags); }
int remove(const char *name) {
    struct stat about;
    if (lstat(name, &about) != 0) return -1;
    return unlinks(AT_FDCWD, name, S_ISDIR(about.st_mode) ? AT_REMOVEDIR : 0);
}

static int makes(int folder, const char *name, mode_t mode) {
    struct turn turn = {0};
    if (!path_of(folder, name, turn.path)) return syscall(SYS_mkdirat, folder, name, mode);
    if (begins(&turn, 'd', 1)) return ends(&turn, -1, NULL);
    long outcome = syscall(SYS_mkdirat, folder, name, mode);
    turn.head.number = file_number(-1, turn.path);
    turn.head.size = mode;
    return ends(&turn, outcome, NULL);
}
int mkdir(const char *name, mode_t mode) { return makes(AT_FDCWD, name, mode); }
int mkdirat(int folder, const char *name, mode_t mode) { return makes(folder, name, mode); }
