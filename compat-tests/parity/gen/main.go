// Command gen writes docs/parity.md, or prints the rows as JSON.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"github.com/everwire/everwire/compat-tests/parity"
)

func main() {
	file := flag.String("write", "", "the `file` to write; default is standard output")
	asJSON := flag.Bool("json", false, "the rows as JSON")
	flag.Parse()
	if err := run(*file, *asJSON); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(file string, asJSON bool) error {
	text := parity.Document()
	if asJSON {
		b, err := json.MarshalIndent(parity.Areas(), "", "  ")
		if err != nil {
			return err
		}
		text = append(b, '\n')
	}
	if file == "" {
		_, err := os.Stdout.Write(text)
		return err
	}
	return os.WriteFile(file, text, 0o644)
}
