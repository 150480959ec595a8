//go:build unix

// stop_unix_test.go: processes that stand still, and go on.

package cluster

import "syscall"

const (
	stopSignal     = syscall.SIGSTOP
	continueSignal = syscall.SIGCONT
)
