// Package docs tests the documentation: every code block in it compiles, and runs where that makes sense; links lead
// somewhere; messages that are quoted exist; tables that can be checked are.
//
// How a block is tested is said by its language and by the words behind it, which readers do not see:
//
//	go                             a fragment: declarations or statements. They are compiled with testdata/context.go.txt,
//	                               whose names they may use and replace, and with the imports that they need. `{ … }` is a body
//	                               that is left out.
//	go program=chat file=main.go   a file of a program, which is compiled, and whose tests are run
//	go before=googollee            a program on another library, which is compiled against that, see testdata/before
//	js, ts, tsx, html              is type checked; for pages with the names of testdata/context.d.ts
//	sh                             is parsed, and its commands looked at; a document in `walked` has each of them executed
//	python file=a.py               is run by TestRawClients
//	nginx, haproxy, caddy          is exercised in compat-tests/proxies, by its first line
//	yaml                           is parsed; only where the heading says that it is not tested
//	text                           is no code: messages, frames, drawings
//
// The fragments of some guides are put together to programs and run, see guides_test.go.
//
// A block of any other kind fails TestBlocks. What needs Node, Python or a browser runs with EVERWIRE_COMPAT=1.
package docs

import (
	"os"
	"os/exec"
	"testing"
)

// needs skips the test unless foreign programs are asked for, and fails it if they are and one is missing.
func needs(t *testing.T, programs ...string) {
	t.Helper()
	if os.Getenv("EVERWIRE_COMPAT") == "" {
		t.Skip("runs foreign programs: set EVERWIRE_COMPAT=1 (make test does)")
	}
	for _, name := range programs {
		if _, err := exec.LookPath(name); err != nil {
			t.Fatalf("%s is not installed: run `make setup`", name)
		}
	}
}
