"""zstd through the system's library: one frame that tells its content size."""
import ctypes

from .pieces import refuse_unless

MAGIC = bytes.fromhex("28b52ffd")

library = ctypes.CDLL("libzstd.so.1")
library.ZSTD_getFrameContentSize.restype = ctypes.c_uint64
library.ZSTD_getFrameContentSize.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
library.ZSTD_compressBound.restype = ctypes.c_size_t
library.ZSTD_compressBound.argtypes = [ctypes.c_size_t]
library.ZSTD_compress.restype = ctypes.c_size_t
library.ZSTD_compress.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int]
for name in ("ZSTD_findFrameCompressedSize", "ZSTD_decompress"):
    getattr(library, name).restype = ctypes.c_size_t
library.ZSTD_findFrameCompressedSize.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
library.ZSTD_decompress.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]


def unpack(data, size):
    refuse_unless(data[:4] == MAGIC, "a body that is no zstd frame")
    # Nothing is set aside before the size that the frame tells is known to be the size that the header allows.
    refuse_unless(library.ZSTD_getFrameContentSize(data, len(data)) == size, "a zstd frame of another content size")
    refuse_unless(library.ZSTD_findFrameCompressedSize(data, len(data)) == len(data), "not exactly one zstd frame")
    out = ctypes.create_string_buffer(max(size, 1))
    refuse_unless(library.ZSTD_decompress(out, size, data, len(data)) == size, "a zstd frame that is damaged")
    return out.raw[:size]


def pack(data):
    out = ctypes.create_string_buffer(library.ZSTD_compressBound(len(data)))
    count = library.ZSTD_compress(out, len(out), data, len(data), 3)
    return out.raw[:count]
