// group_linux_test.go: a process and its children, as one.

package engines

import (
	"os/exec"
	"syscall"
)

// group has the command start a group of processes, which does not outlive the test's.
func group(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

func killGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
