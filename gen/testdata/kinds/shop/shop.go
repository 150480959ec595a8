// Package shop has types of the same names, and constants that are not exported.
package shop

// User buys.
type User struct {
	State state `json:"state"` // of the account
	Error Error
}

type state string

const (
	active state = "active"
	closed state = "closed"
)

// Error has the name of something else.
type Error struct{ Message string }

// Box holds something.
type Box[T any] struct {
	// In is inside.
	In T `json:"in"`
}
