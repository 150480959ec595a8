//go:build !unix

// stop_other_test.go: where processes cannot stand still, sending the signal fails.

package cluster

import "syscall"

const (
	stopSignal     = syscall.Signal(0)
	continueSignal = syscall.Signal(0)
)
