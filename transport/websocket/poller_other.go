//go:build !linux

// poller_other.go: where there is no epoll, each connection has its goroutine.

package websocket

import "errors"

// CanPoll reports whether poller mode works on this system.
const CanPoll = false

type poller struct{}

func (*poller) add(*conn) error { return errors.New("there is no poller on this system") }

func (*poller) remove(*conn) {}

type socket struct{}
