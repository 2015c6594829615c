/*
 * A disk that fails, for one process: loaded before libc (LD_PRELOAD), it lets the n-th call that touches a file of a
 * given name fail as a disk does. What is to fail stands in a small file that the process itself may rewrite at any time.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FULL = 1, EIO_ON_WRITE, FAILING_FSYNC, SHORT_WRITE, READ_ONLY };

struct order {
  int64_t fault; /* 0: the disk is well */
  int64_t at;    /* which call fails, from 1 */
  int64_t calls; /* so many there were: counted here */
  char name[40];
};

static struct order *order;

__attribute__((constructor)) static void read_order(void) {
  const char *path = getenv("ROLECALL_DISK");
  int fd = path ? open(path, O_RDWR) : -1;
  if (fd < 0) return;
  void *map = mmap(0, sizeof *order, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (map != MAP_FAILED) order = map;
}

static int is_ours(const char *path) {
  const char *base = path ? strrchr(path, '/') : 0;
  return order && order->fault && base && strstr(base, order->name) == base + 1;
}

static int is_our_fd(int fd) {
  if (!order || !order->fault) return 0;
  char link[40] = "/proc/self/fd/", path[4096], digits[12];
  int length = 0;
  for (int rest = fd; length == 0 || rest > 0; rest /= 10) digits[length++] = '0' + rest % 10;
  for (int i = 0; i < length; i++) link[14 + i] = digits[length - 1 - i];
  link[14 + length] = 0;
  ssize_t size = readlink(link, path, sizeof path - 1);
  if (size < 0) return 0;
  path[size] = 0;
  return is_ours(path);
}

/* 0: not yet; 1: this very call; 2: one after it */
static int turn(void) {
  int64_t call = ++order->calls;
  return call < order->at ? 0 : call == order->at ? 1 : 2;
}

static int fail(int code) {
  errno = code;
  return -1;
}

/* How much of a write gets through: all, part, or none (-1). */
static ssize_t allowed(int fd, size_t size) {
  if (!is_our_fd(fd) || order->fault == FAILING_FSYNC) return size;
  int now = turn();
  if (now == 0) return size;
  switch (order->fault) {
    case FULL: return now == 1 && size > 1 ? (ssize_t)(size / 2) : fail(ENOSPC);
    case EIO_ON_WRITE: return now == 1 ? fail(EIO) : (ssize_t)size;
    case SHORT_WRITE: return now == 1 && size > 1 ? (ssize_t)(size / 2) : (ssize_t)size;
    case READ_ONLY: return fail(EROFS);
  }
  return size;
}

#define REAL(name) static __typeof__(name) *real; if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
  REAL(pwrite64);
  ssize_t part = allowed(fd, size);
  return part < 0 ? -1 : real(fd, data, part, at);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
  REAL(pwrite);
  ssize_t part = allowed(fd, size);
  return part < 0 ? -1 : real(fd, data, part, at);
}

ssize_t write(int fd, const void *data, size_t size) {
  REAL(write);
  ssize_t part = allowed(fd, size);
  return part < 0 ? -1 : real(fd, data, part);
}

int ftruncate64(int fd, off64_t size) {
  REAL(ftruncate64);
  return allowed(fd, 1) < 0 ? -1 : real(fd, size);
}

int ftruncate(int fd, off_t size) {
  REAL(ftruncate);
  return allowed(fd, 1) < 0 ? -1 : real(fd, size);
}

static int syncs(int fd) {
  return !is_our_fd(fd) || order->fault != FAILING_FSYNC || turn() != 1;
}

int fsync(int fd) {
  REAL(fsync);
  return syncs(fd) ? real(fd) : fail(EIO);
}

int fdatasync(int fd) {
  REAL(fdatasync);
  return syncs(fd) ? real(fd) : fail(EIO);
}

static int opens(const char *path, int flags) {
  if ((flags & O_ACCMODE) == O_RDONLY || !is_ours(path) || order->fault != READ_ONLY) return 1;
  return turn() == 0;
}

int open64(const char *path, int flags, ...) {
  REAL(open64);
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return opens(path, flags) ? real(path, flags, mode) : fail(EROFS);
}

int open(const char *path, int flags, ...) {
  REAL(open);
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return opens(path, flags) ? real(path, flags, mode) : fail(EROFS);
}
