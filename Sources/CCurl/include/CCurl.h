#ifndef CCURL_H
#define CCURL_H

#include <curl/curl.h>
#include <stdint.h>

// Swift cannot call variadic C functions: one wrapper for each type of argument that curl_easy_setopt and its kin are used with.

#if LIBCURL_VERSION_NUM < 0x075700
#error "libcurl 7.87 is needed: without CURLOPT_QUICK_EXIT a slow name server holds up every transfer"
#endif

CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value);
CURLcode ccurl_set_string(CURL *easy, CURLoption option, const char *value);
CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value);
CURLcode ccurl_set_fields(CURL *easy, struct curl_slist *fields);
/// Makes the request one with this content.
CURLcode ccurl_set_body(CURL *easy, const void *body, size_t count);
CURLcode ccurl_set_body_callback(CURL *easy, curl_write_callback callback);
CURLcode ccurl_set_head_callback(CURL *easy, curl_write_callback callback);
CURLcode ccurl_set_socket_callback(CURL *easy, curl_opensocket_callback callback);

/// These return -1 and NULL where libcurl does not know.
long ccurl_status(CURL *easy);
int64_t ccurl_content_length(CURL *easy);
/// The bytes of requests that have been sent, in this transfer.
long ccurl_request_size(CURL *easy);
void *ccurl_private(CURL *easy);

CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value);

/// Writes the IP address in network order and returns its length: 4 or 16, or 0 for what is not an IP address.
int ccurl_address(const struct curl_sockaddr *address, uint8_t bytes[16]);

#endif
