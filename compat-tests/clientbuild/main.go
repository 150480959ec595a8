// Command clientbuild makes the files of the bundled client, client-js/dist, from client-js/src. It is run by
// `go generate ./client-js`, and needs no Node.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
)

func main() {
	log.SetFlags(0)
	dir := flag.String("dir", "../client-js", "the folder with src and dist")
	names := flag.Int("names", 0, "look for better short names first, with so many `tries`")
	flag.Parse()
	var err error
	if *names > 0 {
		err = writeNames(filepath.Join(*dir, "src"), *names)
	}
	if err == nil {
		err = run(*dir)
	}
	if err != nil {
		log.Fatal("clientbuild: ", err)
	}
}

// run writes all files, and prints their sizes.
func run(dir string) error {
	files, err := buildAll(filepath.Join(dir, "src"))
	if err != nil {
		return err
	}
	dist := filepath.Join(dir, "dist")
	if err := os.RemoveAll(dist); err != nil {
		return err
	}
	if err := os.MkdirAll(dist, 0o777); err != nil {
		return err
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dist, name), content, 0o666); err != nil {
			return err
		}
	}
	for _, b := range bundles {
		n := b.name
		fmt.Printf("%-26s %6d bytes, %6d gzip, %6d brotli\n", n, len(files[n]), len(files[n+".gz"]), len(files[n+".br"]))
	}
	return nil
}
