// Sioload loads Socket.IO servers side by side and prints what a message, a delivery and an idle connection cost each
// of them. It measures on Linux; tables and gates of saved results work anywhere.
//
// This file: the command line.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

// options is the command line.
type options struct {
	servers    servers
	scenarios  string
	rounds     int
	variant    string
	cpus       string
	out        string
	log        string
	skip       string
	maxForeign float64
	retries    int
	load       loadOptions
	report     string
	onlyVar    string
	gates      string
	markdown   bool
}

// loadOptions is how long the scenarios run.
type loadOptions struct {
	dur  time.Duration
	warm time.Duration
	hold time.Duration
}

func parseOptions(args []string, stderr io.Writer) (*options, error) {
	o := &options{}
	f := flag.NewFlagSet("sioload", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Var(&o.servers, "server", `"name=command:port", may be repeated; port 0 is a free one`)
	f.StringVar(&o.scenarios, "scenarios", "", "comma list (default: all, or with -gates what the gates need)")
	f.IntVar(&o.rounds, "rounds", 3, "rounds, servers interleaved in each")
	f.StringVar(&o.variant, "variant", "pinned", "pinned (server on core 0, GOMAXPROCS=1) or unpinned (server on both cores)")
	f.StringVar(&o.cpus, "cpus", "", "the server's CPU list (default 0, or 0-1 when unpinned)")
	f.StringVar(&o.out, "out", "results.jsonl", "results are appended here, one JSON object a line")
	f.StringVar(&o.log, "log", "servers.log", "output of the servers is appended here")
	f.StringVar(&o.skip, "skip", "", "comma list of server:scenario to leave out")
	f.Float64Var(&o.maxForeign, "max-foreign", 25, "run again when others took more than this share of either core, in % (0: never)")
	f.IntVar(&o.retries, "retries", 2, "how often at most; the quietest run is kept")
	f.DurationVar(&o.load.dur, "dur", 3*time.Second, "measured time of a throughput phase")
	f.DurationVar(&o.load.warm, "warm", 2*time.Second, "warm-up before it")
	f.DurationVar(&o.load.hold, "hold", 5*time.Second, "how long idle connections are watched (0: not)")
	f.StringVar(&o.report, "report", "", "measure nothing, read these results (comma list of files)")
	f.StringVar(&o.onlyVar, "report-variant", "", "variant for -report (default all)")
	f.StringVar(&o.gates, "gates", "", "file of gates; prints one line per gate instead of the table, status 1 when one fails")
	f.BoolVar(&o.markdown, "md", false, "table in Markdown")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if f.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q", f.Arg(0))
	}
	if o.variant != "pinned" && o.variant != "unpinned" {
		return nil, fmt.Errorf("unknown variant %q", o.variant)
	}
	if o.cpus == "" {
		o.cpus = map[string]string{"pinned": "0", "unpinned": "0-1"}[o.variant]
	}
	return o, nil
}

// server is one server under test.
type server struct {
	name, command string
	port          int
}

// servers is the value of the repeated flag -server.
type servers []server

func (s *servers) String() string { return "" }

// Set adds one "name=command:port".
func (s *servers) Set(v string) error {
	name, rest, ok := strings.Cut(v, "=")
	i := strings.LastIndexByte(rest, ':')
	if !ok || name == "" || i < 0 {
		return fmt.Errorf(`want "name=command:port", have %q`, v)
	}
	port, err := strconv.Atoi(rest[i+1:])
	if err != nil {
		return fmt.Errorf("port of %q: %w", v, err)
	}
	for _, have := range *s {
		if have.name == name {
			return fmt.Errorf("server %q is given twice", name)
		}
	}
	*s = append(*s, server{name, rest[:i], port})
	return nil
}

var errGate = errors.New("a gate failed")

// run is main without the process: it measures or reads results, then prints the table or the gates.
func run(o *options, stdout, stderr io.Writer) error {
	var gates []gate
	var err error
	if o.gates != "" {
		if gates, err = readGates(o.gates); err != nil {
			return err
		}
	}
	var rs []result
	if o.report != "" {
		rs, err = readResults(strings.Split(o.report, ","), o.onlyVar)
	} else {
		var jobs []job
		if jobs, err = plan(o, gates); err == nil {
			rs, err = measure(o, jobs, stderr)
		}
	}
	if err != nil {
		return err
	}
	if gates == nil {
		return printTable(stdout, rs, o.markdown)
	}
	if ok, err := printGates(stdout, gates, rs); err != nil || !ok {
		return errors.Join(err, errGate)
	}
	return nil
}

func main() {
	o, err := parseOptions(os.Args[1:], os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "sioload:", err)
		os.Exit(2)
	}
	if err := run(o, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "sioload:", err)
		os.Exit(1)
	}
}
