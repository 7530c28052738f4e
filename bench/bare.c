/* The yardstick: libvips called in a loop, and nothing else. Same calls and options as the service makes for a plain resize.
 *
 *   bare THREADS SECONDS WIDTH SHRINK SUFFIX FILE [OUTPUT]
 *
 * For SECONDS, and at least once, each of THREADS threads decodes FILE (held in memory), resizes to WIDTH px and encodes with
 * SUFFIX, e.g. ".webp[Q=80]". The last output is left in OUTPUT.
 * SHRINK is the factor by which JPEG or WebP is shrunk on load; 0 leaves the choice to vips_thumbnail, and -1 is the same with all
 * frames of an animation.
 * Prints one JSON line: seconds per picture of all threads together, and the process's peak memory in KiB.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <vips/vips.h>
#include <vips/vector.h>

static void *bytes;
static size_t size;
static int width;
static double shrink;
static const char *suffix, *kept;
static atomic_int pictures;
static double end;

static void fail(void)
{
    fprintf(stderr, "bare: %s", vips_error_buffer());
    exit(1);
}

static VipsImage *resized(void)
{
    VipsImage *image, *result;
    if (shrink <= 0) {
        const char *options = shrink < 0 ? "[n=-1]" : "";
        if (vips_thumbnail_buffer(bytes, size, &result, width, "height", 100000, "option_string", options, NULL)) fail();
        return result;
    }
    if (*(unsigned char *) bytes == 0xFF) {
        if (vips_jpegload_buffer(bytes, size, &image, "shrink", (int) shrink, "access", VIPS_ACCESS_SEQUENTIAL, NULL)) fail();
    } else {
        if (vips_webpload_buffer(bytes, size, &image, "scale", 1 / shrink, "access", VIPS_ACCESS_SEQUENTIAL, NULL)) fail();
    }
    if (vips_resize(image, &result, (double) width / image->Xsize, NULL)) fail();
    g_object_unref(image);
    return result;
}

/* In KiB. Not getrusage's, which counts what the process was before it became this program: another, that measures. */
static long peak(void)
{
    long value = 0;
    char line[256];
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status))
        if (!strncmp(line, "VmHWM:", 6)) value = atol(line + 6);
    if (status) fclose(status);
    return value;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double) time.tv_sec + (double) time.tv_nsec / 1e9;
}

static void *work(void *unused)
{
    do {
        VipsImage *image = resized();
        void *output;
        size_t length;
        if (vips_image_write_to_buffer(image, suffix, &output, &length, NULL)) fail();
        if (kept && now() >= end && !g_file_set_contents(kept, output, (gssize) length, NULL)) exit(1);
        g_free(output);
        g_object_unref(image);
        atomic_fetch_add(&pictures, 1);
    } while (now() < end);
    vips_thread_shutdown();
    return unused;
}

int main(int count, char **arguments)
{
    if (count < 7 || count > 8 || vips_init(arguments[0])) {
        fprintf(stderr, "usage: bare THREADS SECONDS WIDTH SHRINK SUFFIX FILE [OUTPUT]\n");
        return 2;
    }
    int threads = atoi(arguments[1]);
    double seconds = atof(arguments[2]);
    if (threads < 1 || threads > 64 || seconds < 0) return 2;
    width = atoi(arguments[3]);
    shrink = atof(arguments[4]);
    suffix = arguments[5];
    kept = arguments[7];
    vips_concurrency_set(1);
    /* As in the service: liborc is not safe with more than one thread. */
    vips_vector_set_enabled(FALSE);
    vips_cache_set_max(0);
    GError *error = NULL;
    if (!g_file_get_contents(arguments[6], (gchar **) &bytes, &size, &error)) {
        fprintf(stderr, "bare: %s\n", error->message);
        return 1;
    }
    pthread_t workers[64];
    double start = now();
    end = start + seconds;
    for (int i = 0; i < threads; i++) pthread_create(&workers[i], NULL, work, NULL);
    for (int i = 0; i < threads; i++) pthread_join(workers[i], NULL);
    double took = now() - start;
    printf("{\"secondsPerPicture\": %.6f, \"peakKiB\": %ld}\n", took / pictures, peak());
    return 0;
}
