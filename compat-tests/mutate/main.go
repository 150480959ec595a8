// Mutate plants bugs, one at a time, and demands that the simulation finds each: a check that cannot fail proves
// nothing. A bug is a change of one place in the code; it must leave a calm network as it is, else any test would see it.
//
//	go run ./mutate              # all of them
//	go run ./mutate -only 'late-attach|half-event'
//	go run ./mutate -list
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

var (
	only   = flag.String("only", "", "regular expression of the bugs to plant")
	list   = flag.Bool("list", false, "list the bugs")
	budget = flag.Duration("budget", 40*time.Second, "time for the simulation to find one")
)

func main() {
	flag.Parse()
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

func run() error {
	chosen, err := regexp.Compile(*only)
	if err != nil {
		return err
	}
	root, err := filepath.Abs("..")
	if err != nil {
		return err
	}
	failed, n := 0, 0
	for _, m := range mutants {
		if !chosen.MatchString(m.name) {
			continue
		}
		n++
		if *list {
			fmt.Printf("%-28s %s\n", m.name, m.what)
			continue
		}
		if err := m.hunt(root); err != nil {
			failed++
			fmt.Printf("FAIL  %-28s %v\n", m.name, err)
		}
	}
	if *list {
		return nil
	}
	fmt.Printf("%d bugs planted, %d found\n", n, n-failed)
	if failed > 0 || n == 0 {
		return fmt.Errorf("%d of %d bugs were not hunted down", failed, n)
	}
	return nil
}

// hunt plants the bug, and has the simulation look for it.
func (m mutant) hunt(root string) error {
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	overlay, err := m.plant(root, dir)
	if err != nil {
		return err
	}
	binary := filepath.Join(dir, "sim.test")
	if out, err := command(root, "go", "test", "-overlay", overlay, "-c", "-o", binary, "./internal/sim").CombinedOutput(); err != nil {
		return fmt.Errorf("it does not compile: %s", out)
	}
	sim := filepath.Join(root, "internal", "sim")
	if out, err := command(sim, binary, "-test.run", "^TestCalm$").CombinedOutput(); err != nil {
		return fmt.Errorf("a calm network sees it already: %s", tail(out))
	}
	start := time.Now()
	out, err := command(sim, binary, "-test.run", "^TestSimulation$", "-budget", budget.String()).CombinedOutput()
	if err == nil {
		return fmt.Errorf("not found in %v", *budget)
	}
	fmt.Printf("ok    %-28s found in %4.1f s: %s\n", m.name, time.Since(start).Seconds(), violation(out))
	return nil
}

// plant writes the changed file and the overlay that has the compiler take it.
func (m mutant) plant(root, dir string) (overlay string, err error) {
	file := filepath.Join(root, filepath.FromSlash(m.file))
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	if n := bytes.Count(text, []byte(m.old)); n != 1 {
		return "", fmt.Errorf("what it changes is %d times in %s", n, m.file)
	}
	changed := filepath.Join(dir, "changed.go")
	if err := os.WriteFile(changed, bytes.Replace(text, []byte(m.old), []byte(m.new), 1), 0o600); err != nil {
		return "", err
	}
	b, err := json.Marshal(map[string]map[string]string{"Replace": {file: changed}})
	if err != nil {
		return "", err
	}
	overlay = filepath.Join(dir, "overlay.json")
	return overlay, os.WriteFile(overlay, b, 0o600)
}

func command(dir, name string, args ...string) *exec.Cmd {
	c := exec.Command(name, args...)
	c.Dir = dir
	return c
}

var seedLine = regexp.MustCompile(`(?m)^.*seed \d+: (.*)$`)

// violation returns what the simulation found, in a line.
func violation(out []byte) string {
	for _, m := range seedLine.FindAllSubmatch(out, -1) {
		if line := strings.TrimSpace(string(m[1])); line != "" {
			return line[:min(len(line), 110)]
		}
	}
	return tail(out)
}

func tail(out []byte) string {
	out = bytes.TrimSpace(out)
	return string(out[max(0, len(out)-600):])
}
