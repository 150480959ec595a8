// options_rest_test.go: rows of client files, which are all left out.

package parity

import "testing"

var _ = prove(map[string]func(*testing.T){
	"client-files":          clientFilesServed,
	"client-files-maps":     clientFilesMaps,
	"client-files-etag":     clientFilesETag,
	"client-files-encoding": clientFilesEncoding,
	"client-files-cors":     clientFilesCORS,
})
