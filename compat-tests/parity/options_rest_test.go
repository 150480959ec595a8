// options_rest_test.go: rows of client files, which are all left out.

package parity

import "testing"

var _ = prove(map[string]func(*testing.T){
	"client-files":          noClientFile("socket.io.min.js"),
	"client-files-maps":     noClientFile("socket.io.js.map"),
	"client-files-etag":     noClientFile("socket.io.js", "If-None-Match", `"4.8.3"`),
	"client-files-encoding": noClientFile("socket.io.esm.min.js", "Accept-Encoding", "br"),
	"client-files-cors":     noClientFile("socket.io.msgpack.min.js", "Accept", "*/*"),
})
