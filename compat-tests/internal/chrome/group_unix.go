//go:build unix

// group_unix.go: the processes of a browser, as a group.

package chrome

import "syscall"

var ownGroup = &syscall.SysProcAttr{Setpgid: true}

func kill(group int) error   { return syscall.Kill(-group, syscall.SIGKILL) }
func pause(group int) error  { return syscall.Kill(-group, syscall.SIGSTOP) }
func resume(group int) error { return syscall.Kill(-group, syscall.SIGCONT) }
