// embedding.go: structs in structs.

package kinds

import "github.com/everwire/everwire/gen/testdata/kinds/shop"

// Embedding has fields of others.
type Embedding struct {
	Base
	*Optional
	shop.User // of another package
	Named     `json:"named"`
	lower
	Text

	Hides int `json:"hides"`
}

// Base has fields that are hidden, and some that are not.
type Base struct {
	Hides  string `json:"hides"`
	Shared int    `json:"shared"` // twice at one depth: not there at all
	Tagged int    // hidden by the tag of the other
	Deeper
}

// Deeper is seen through Base.
type Deeper struct {
	// Deep is deep.
	Deep   bool `json:"deep"`
	Shared bool `json:"shared"`
}

// Optional may be nil.
type Optional struct {
	Shared  int `json:"shared"`
	Maybe   int `json:"maybe"`
	Renamed int `json:"Tagged"`
}

// Named is no part of it, but a member.
type Named struct {
	N int `json:"n"`
}

type lower struct {
	Lower int `json:"lower"`
}

// Text is not a struct.
type Text string
