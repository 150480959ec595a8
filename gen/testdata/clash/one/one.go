// Package one has a type of many names, and one that is a word of TypeScript.
package one

import (
	"github.com/everwire/everwire"
	two "github.com/everwire/everwire/gen/testdata/clash/two"
)

type item struct{ A int }

// Item differs from item in its case only.
type Item struct{ B int }

// Record is a word of TypeScript.
type Record struct{ C int }

// Page is generic.
type Page[T any] struct{ Of T }

// PageItem has the name of an instance.
type PageItem struct{ D int }

// OneItem has the name that another would get.
type OneItem struct{ E int }

// Same is declared twice, to the same effect.
const (
	Same  = everwire.Event[Page[Item]]("same")
	Again = everwire.Event[Page[Item]]("same")
	Alias = everwire.Event[alias]("same")
)

type alias = Page[Item]

// All of them.
const All = everwire.Event3[struct {
	A item
	B Item
	C Record
	D PageItem
}, two.Item, OneItem]("all")

func local() {
	type Item struct{ F int }
	const _ = everwire.Event[Item]("local")
	const l = everwire.Event[Item]("local")
}
