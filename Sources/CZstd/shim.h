#include <stdatomic.h>
#include <stddef.h>
#include <zstd.h>

// zstd's working memory, kept for the next frame: to make it anew costs more than to pack a small one. Whoever finds
// none makes his own, and the one that is left over goes.
static inline size_t zona_pack(void *to, size_t room, const void *from, size_t size, int level) {
    static _Atomic(ZSTD_CCtx *) kept;
    ZSTD_CCtx *context = atomic_exchange(&kept, (ZSTD_CCtx *)0);
    if (!context) context = ZSTD_createCCtx();
    if (!context) return ZSTD_compress(to, room, from, size, level);
    size_t written = ZSTD_compressCCtx(context, to, room, from, size, level);
    ZSTD_freeCCtx(atomic_exchange(&kept, context));
    return written;
}

static inline size_t zona_unpack(void *to, size_t room, const void *from, size_t size) {
    static _Atomic(ZSTD_DCtx *) kept;
    ZSTD_DCtx *context = atomic_exchange(&kept, (ZSTD_DCtx *)0);
    if (!context) context = ZSTD_createDCtx();
    if (!context) return ZSTD_decompress(to, room, from, size);
    size_t written = ZSTD_decompressDCtx(context, to, room, from, size);
    ZSTD_freeDCtx(atomic_exchange(&kept, context));
    return written;
}
