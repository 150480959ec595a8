// embedding.go: structs in structs.

package kinds

import "github.com/everwire/everwire/gen/testdata/kinds/shop"

// Embedding has fields of others.
type Embedding struct {
	Base
	*Optional
	Left
	Right
	shop.User // of another package
	Named     `json:"named"`
	lower
	Text `json:"text"`

	Flat struct {
		Flat int `json:"flat"`
	} `json:",embed"`

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

// Left and Right embed the same.
type Left struct{ Common }

// Right is as Left.
type Right struct{ Common }

// Common is embedded twice: its own fields hide each other, but not those of Grand.
type Common struct {
	Gone int
	Grand
}

// Grand is two levels down.
type Grand struct {
	Grand int `json:"grand"`
}
