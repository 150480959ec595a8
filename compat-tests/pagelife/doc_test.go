// Package pagelife runs the bundled client in Chromium through what happens to pages: they go away and come back, lose
// their network, sleep, have strict policies, service workers and many brothers. It measures the time to the first event
// beside the official client, and runs the React recipe of the documentation.
//
//	EVERWIRE_COMPAT=1 go test -v ./pagelife
//	EVERWIRE_COMPAT=1 go test -v -run Sleep ./pagelife -long    # sleeps of 30 s
//
// The tests run when EVERWIRE_COMPAT=1 is set, as `make test` does.
package pagelife

import "flag"

var long = flag.Bool("long", false, "let sleeps and the like last as long as they may")
