// rawio_linux.go: read and write without the scheduler's part of a system call. The sockets never block, and the loop's
// goroutine has its thread for itself.

package main

import (
	"syscall"
	"unsafe"
)

// rawIO calls read or write; p is not empty.
func rawIO(trap uintptr, fd int, p []byte) (int, syscall.Errno) {
	n, _, err := syscall.RawSyscall(trap, uintptr(fd), uintptr(unsafe.Pointer(&p[0])), uintptr(len(p)))
	return int(n), err
}
