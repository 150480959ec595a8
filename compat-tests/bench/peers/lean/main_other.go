// main_other.go: the answer on systems whose sockets this server does not know.

//go:build !linux

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "lean: needs Linux")
	os.Exit(1)
}
