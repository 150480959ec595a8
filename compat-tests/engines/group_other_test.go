// group_other_test.go: where there are no groups of processes, the children of a browser are left to it.

//go:build !linux

package engines

import "os/exec"

func group(*exec.Cmd) {}

func killGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
