// names.go: names of rooms that are not text.

package cluster

import (
	"encoding/base64"
	"slices"
	"unicode/utf8"

	"github.com/everwire/everwire/adapter/internal/node"
)

// packNames returns m with names of rooms that JSON can hold, and whether it had others:
// then all are in base64.
func packNames(m *node.Message) (_ *node.Message, packed bool) {
	lists := [3][]string{m.Op.Rooms, m.Op.Except, m.Op.Change}
	if !slices.ContainsFunc(lists[:], func(l []string) bool {
		return slices.ContainsFunc(l, func(s string) bool { return !utf8.ValidString(s) })
	}) {
		return m, false
	}
	for i, list := range lists {
		lists[i] = make([]string, len(list))
		for j, name := range list {
			lists[i][j] = base64.RawURLEncoding.EncodeToString([]byte(name))
		}
	}
	c := *m
	c.Op.Rooms, c.Op.Except, c.Op.Change = lists[0], lists[1], lists[2]
	return &c, true
}

// unpackNames undoes it in a message that was received.
func unpackNames(m *node.Message) error {
	for _, list := range [][]string{m.Op.Rooms, m.Op.Except, m.Op.Change} {
		for i := range list {
			name, err := base64.RawURLEncoding.DecodeString(list[i])
			if err != nil {
				return node.ErrMessage
			}
			list[i] = string(name)
		}
	}
	return nil
}
