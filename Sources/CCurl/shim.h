/* curl_easy_setopt and curl_easy_getinfo are variadic, and Swift does not import variadic functions: each
   wrapper below fixes the type of the one argument that its options take. */
#ifndef ZONA_CCURL_SHIM_H
#define ZONA_CCURL_SHIM_H

#include <curl/curl.h>
#include <stdbool.h>

static inline CURLcode zona_curl_global_init(void) {
    return curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* The macro holds casts that Swift does not import. */
static inline long zona_curl_any_authentication(void) {
    return (long)CURLAUTH_ANY;
}

static inline CURLcode zona_curl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode zona_curl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

/* curl copies the string before it returns. */
static inline CURLcode zona_curl_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

/* curl keeps the pointer: what it points at must live until the handle is reset. */
static inline CURLcode zona_curl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

/* curl keeps the list: it must live until the handle is reset. */
static inline CURLcode zona_curl_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode zona_curl_set_read(CURL *easy, curl_read_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_READFUNCTION, callback);
}

static inline CURLcode zona_curl_set_seek(CURL *easy, curl_seek_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, callback);
}

static inline CURLcode zona_curl_set_write(CURL *easy, curl_write_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, callback);
}

static inline CURLcode zona_curl_set_header(CURL *easy, curl_write_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, callback);
}

static inline CURLcode zona_curl_set_progress(CURL *easy, curl_xferinfo_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, callback);
}

static inline CURLcode zona_curl_get_long(CURL *easy, CURLINFO info, long *value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode zona_curl_get_offset(CURL *easy, CURLINFO info, curl_off_t *value) {
    return curl_easy_getinfo(easy, info, value);
}

/* The fields of the server's own certificate ("Name:value"), or NULL. They belong to the handle. */
static inline const struct curl_slist *zona_curl_get_certificate(CURL *easy) {
    struct curl_certinfo *chain = NULL;
    if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &chain) != CURLE_OK || !chain || chain->num_of_certs < 1) {
        return NULL;
    }
    return chain->certinfo[0];
}

/* Whether the transfer of this easy handle has ended, and how. */
static inline bool zona_curl_take_result(CURLM *multi, CURL *easy, CURLcode *result) {
    int left = 0;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE && message->easy_handle == easy) {
            *result = message->data.result;
            return true;
        }
    }
    return false;
}

#endif
