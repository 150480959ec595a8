// Command gen writes TypeScript types for the events that Go packages declare, for
// use with the official client:
//
//	go run github.com/everwire/everwire/gen -o web/events.ts ./...
//
//	import { io, Socket } from "socket.io-client";
//	import { ServerToClientEvents, ClientToServerEvents } from "./events";
//	const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io();
//
// Without -o the text goes to standard output. With -check nothing is written: gen
// fails if the file of -o is not what it would write, which is for tests. The
// patterns are those of the go command, "." if there are none; test files are not
// read. The packages must compile. Under //go:generate the command stays as it is.
//
// The output depends on the declarations alone: events and types are sorted by name.
// What cannot be expressed is reported with its place in the Go source, and nothing
// is written then. gen exits with 0, with 1 for such errors and for a stale file,
// and with 2 for wrong usage.
//
// # Events
//
// An event is each constant, and each package variable that is initialized with a
// constant, whose type is one of package event (or an alias of it in everwire), and
// also each such constant that stands where it is used:
//
//	const Chat = everwire.Event[Message]("chat")
//
// Which of the two interfaces it belongs to follows from its uses in the packages:
//
//   - everwire.On, Handle and their kin: client to server
//   - Emit, Call and CallAll: server to client
//   - with functions, clients and sockets of package client: the other way round
//   - between servers of a cluster (Namespace.Servers) only: neither
//   - both, or none that is known: both
//
// A function of these packages that takes an event as a parameter is looked into. In
// a package that imports client and not the server, Emit is taken for a client's.
// An event that is stored or given to other code belongs to both interfaces, unless a
// directive says otherwise. Two events of one name and one direction must be alike;
// for namespaces with different events, generate a file for the packages of each.
//
// The acknowledgement of an RPC is the last parameter, a function of the answer or an
// ErrorAnswer, which is what a handler's error becomes. An Event has none, as the
// official types cannot say that it may be asked for; where a page needs to know that
// the server has taken something, an RPC says so.
//
//	socket.emit("room:join", { room: "tea" }, (answer) => {
//	  if ("error" in answer) alert(answer.error.message);
//	});
//
// # Types
//
// They are what the JSON codec of Everwire writes and reads:
//
//   - A struct is an interface with the fields that encoding/json sees, under the
//     names of their tags, embedded structs flattened. omitempty and omitzero make a
//     field optional, if they can have an effect; the tag option string makes it a
//     string. What the codec refuses is reported: it is stricter than encoding/json
//     with tags that have no meaning, and with embedded types that are no structs.
//   - Pointers, slices, maps and []byte may be null: nil is null in JSON. An optional
//     field of such a type is left out instead. If the program never sends nil, the
//     directive notnull says so.
//   - []byte is Binary, an ArrayBuffer or Uint8Array: it travels as an attachment, so
//     that browsers get the one and Node the other, and clients may send either. A
//     named slice of bytes is a string: base64. An array of bytes is numbers.
//   - Named types keep their names, with a capital. Those that two packages share get
//     the package's name in front; instances of generic types the names of their
//     arguments at the end.
//   - A named string or integer type for which its package declares constants is the
//     union of their values, of which its zero value had better be one.
//   - A type with methods MarshalJSON or UnmarshalJSON is unknown, one with
//     MarshalText or UnmarshalText a string. time.Time is a string, json.Number and
//     big.Int a number, json.RawMessage and interfaces are unknown.
//   - Integers of 64 bits are numbers; JavaScript rounds those beyond 2^53.
//
// Comments become JSDoc.
//
// # Directives
//
// They are comments at a declaration, above it or at the end of its line:
//
//	//everwire:ts <type>     at a type or field: its TypeScript type, in these words
//	//everwire:notnull       at a field: it is never null
//	//everwire:to <side>     at an event: server, client, both, or none
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is the program; it returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("gen", flag.ContinueOnError)
	flags.SetOutput(stderr)
	file := flags.String("o", "", "write to `file`, not to standard output")
	check := flags.Bool("check", false, "write nothing; fail if the file is stale")
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: gen [-o file [-check]] [packages]")
		flags.PrintDefaults()
	}
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err == nil && *check && *file == "":
		fmt.Fprintln(stderr, "gen: -check needs the file that it compares, -o")
		return 2
	case err != nil:
		return 2
	}
	text, err := generate(flags.Args())
	switch {
	case err != nil:
	case *check:
		err = compare(*file, text)
	case *file == "":
		_, err = stdout.Write(text)
	default:
		err = os.WriteFile(*file, text, 0o644)
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return 0
}

// generate returns the TypeScript for the packages that the patterns match.
func generate(patterns []string) ([]byte, error) {
	p, err := load(patterns)
	if err != nil {
		return nil, err
	}
	events := findEvents(p)
	m := newModel(p, events)
	if err := p.failed(); err != nil {
		return nil, err
	}
	if len(events) == 0 {
		return nil, errors.New("gen: the packages declare no events: constants of type event.Event, event.RPC and their kin")
	}
	return m.write(), nil
}

func compare(file string, text []byte) error {
	old, err := os.ReadFile(file)
	if err == nil && !bytes.Equal(old, text) {
		err = fmt.Errorf("gen: %s is stale: the Go declarations have changed since it was written", file)
	}
	return err
}
