// Package clientjs holds the bundled JavaScript client and serves it: plain, minified, as a module, and with the
// MessagePack codec; and a transport for the official client, everwire-sse. Each file has its source map, and each is
// compressed beforehand.
//
// An everwire.Server serves these files under its mount path by itself, so that
//
//	<script src="/socket.io/socket.io.min.js"></script>
//
// is all that a page needs. The sources are in src; the files in dist are made from them by go generate, without Node.
package clientjs

import (
	"crypto/sha512"
	"embed"
	"encoding/base64"
	"fmt"
	"path"
	"strings"
	"sync"
)

//go:generate go run -C ../compat-tests ./clientbuild

//go:embed dist
var dist embed.FS

// Names are the names of the files that are served.
func Names() []string {
	return []string{
		"socket.io.js", "socket.io.js.map",
		"socket.io.min.js", "socket.io.min.js.map",
		"socket.io.esm.min.js", "socket.io.esm.min.js.map",
		"socket.io.msgpack.min.js", "socket.io.msgpack.min.js.map",
		"everwire-sse.js", "everwire-sse.js.map",
		"everwire-sse.min.js", "everwire-sse.min.js.map",
		"everwire-sse.esm.min.js", "everwire-sse.esm.min.js.map",
	}
}

// A file is one that is served.
type file struct {
	plain, gzip, brotli []byte // the last two compressed
	etag                string
	integrity           string
}

// files are read on the first use.
var files = sync.OnceValue(func() map[string]*file {
	all := map[string]*file{}
	for _, name := range Names() {
		f := &file{plain: read(name), gzip: read(name + ".gz"), brotli: read(name + ".br")}
		sum := sha512.Sum384(f.plain)
		f.etag = fmt.Sprintf(`"%x"`, sum[:12])
		f.integrity = "sha384-" + base64.StdEncoding.EncodeToString(sum[:])
		all[name] = f
	}
	return all
})

// read returns a file of dist, which is there: a test compares dist with what is built.
func read(name string) []byte {
	b, err := dist.ReadFile(path.Join("dist", name))
	if err != nil {
		panic("clientjs: " + err.Error())
	}
	return b
}

// Integrity returns what the attribute integrity of a script element needs, a SHA-384 sum; "" for a file that is none of
// Names.
func Integrity(name string) string {
	if f := files()[name]; f != nil {
		return f.integrity
	}
	return ""
}

// contentType is what the official server says, too.
func contentType(name string) string {
	if strings.HasSuffix(name, ".map") {
		return "application/json; charset=utf-8"
	}
	return "application/javascript; charset=utf-8"
}
