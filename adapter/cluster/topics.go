// topics.go: what the topics of a namespace are called.

package cluster

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"regexp"
)

// maxName is the longest name that stands in a topic as it is; longer ones are hashed.
const maxName = 64

// idLength is that of the IDs of sockets.
const idLength = 20

// topics are those of one namespace.
//
//	<prefix>.<namespace>.all          what all nodes get
//	<prefix>.<namespace>.node.<name>  answers to a node
//	<prefix>.<namespace>.room.<room>  broadcasts to a room
type topics struct {
	base    string
	private bool // sockets have topics too
}

func newTopics(c *Config, namespace string) topics {
	return topics{base: c.Prefix + "." + word(namespace), private: c.Private}
}

func (t topics) all() string              { return t.base + ".all" }
func (t topics) node(name string) string  { return t.base + ".node." + name }
func (t topics) room(name string) string  { return t.base + ".room.r" + word(name) }
func (t topics) hasRoom(name string) bool { return t.private || len(name) != idLength }

// word makes any bytes a word of a topic. That of a hash has 45 characters, one more than a
// multiple of 4, which base64 never has.
func word(name string) string {
	if len(name) > maxName {
		sum := sha256.Sum256([]byte(name))
		return "--" + base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return base64.RawURLEncoding.EncodeToString([]byte(name))
}

var validPrefix = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}(\.[A-Za-z0-9_-]{1,64}){0,7}$`)

var errPrefix = errors.New("cluster: Config.Prefix is not made of letters, digits, - and _, in words with dots between them")

// validName tells whether a node can be called that: it becomes a word of a topic.
func validName(name string) bool {
	for _, c := range []byte(name) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && c != '-' && c != '_' {
			return false
		}
	}
	return len(name) > 0 && len(name) <= maxName
}
