//go:build !unix

// group_other.go: systems on which processes cannot be stopped as a group.

package chrome

import (
	"errors"
	"syscall"
)

var ownGroup *syscall.SysProcAttr

func kill(int) error   { return errors.ErrUnsupported }
func pause(int) error  { return errors.ErrUnsupported }
func resume(int) error { return errors.ErrUnsupported }
