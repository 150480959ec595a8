// proc_linux.go: what the kernel tells about a process and the machine, and what the fixture's /debug/mem adds.

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// cpuTime is the CPU time of all threads of a process, ended ones too, in ns. pid 0 is this process.
func cpuTime(pid int) int64 {
	var ts unix.Timespec
	clock := int32((^uint32(pid) << 3) | 2) // the kernel's MAKE_PROCESS_CPUCLOCK(pid, CPUCLOCK_SCHED)
	if err := unix.ClockGettime(clock, &ts); err != nil {
		return 0
	}
	return ts.Nano()
}

// userSystem is the user and system CPU time of a process, in kernel ticks.
func userSystem(pid int) (user, system float64) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	i := bytes.LastIndexByte(b, ')')
	if err != nil || i < 0 {
		return 0, 0
	}
	f := strings.Fields(string(b[i+1:]))
	if len(f) < 13 {
		return 0, 0
	}
	return parseNumber(f[11]), parseNumber(f[12])
}

// parseNumber is 0 for what is no number.
func parseNumber(s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0
	}
	return v
}

// residentSize is the resident memory of a process in bytes, 0 when the process is gone.
func residentSize(pid int) float64 {
	f, err := os.Open(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		if w := strings.Fields(sc.Text()); len(w) >= 2 && w[0] == "Rss:" {
			return parseNumber(w[1]) * 1024
		}
	}
	return 0
}

// gcStat is the answer of /debug/mem; the server collects garbage and gives memory back first.
type gcStat struct {
	HeapAlloc  float64 `json:"heap_alloc"`
	HeapSys    float64 `json:"heap_sys"`
	StackInuse float64 `json:"stack_inuse"`
	Goroutines float64 `json:"goroutines"`
}

var debugClient = &http.Client{Timeout: 60 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}

// debugMem asks the server for its memory after a collection.
func debugMem(t target) (g gcStat, err error) {
	r, err := debugClient.Get(fmt.Sprintf("http://127.0.0.1:%d/debug/mem", t.port))
	if err != nil {
		return g, err
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return g, err
	}
	if r.StatusCode != http.StatusOK {
		return g, fmt.Errorf("/debug/mem: status %d %.100q", r.StatusCode, b)
	}
	if err := json.Unmarshal(b, &g); err != nil {
		return g, fmt.Errorf("/debug/mem: %w", err)
	}
	return g, nil
}

// loadAverages is the machine's load of 1, 5 and 15 minutes.
func loadAverages() string {
	b, err := os.ReadFile("/proc/loadavg")
	if f := strings.Fields(string(b)); err == nil && len(f) >= 3 {
		return strings.Join(f[:3], " ")
	}
	return ""
}

// cores is the busy and the total time of the server's and the generator's core, and the share of those two, in ticks.
type cores struct{ busy, total, own [2]float64 }

func readCores(serverPID int) cores {
	const tick = 1e7 // ns
	var c cores
	c.busy[0], c.total[0] = coreTime("cpu0")
	c.busy[1], c.total[1] = coreTime("cpu1")
	c.own[0], c.own[1] = float64(cpuTime(serverPID))/tick, float64(cpuTime(0))/tick
	return c
}

// foreignSince notes how much of each core others took, in percent.
func (c cores) foreignSince(b cores, m metricSet) {
	for i, name := range []string{"core0_foreign_pct", "core1_foreign_pct"} {
		if total := c.total[i] - b.total[i]; total > 0 {
			m[name] = ((c.busy[i] - b.busy[i]) - (c.own[i] - b.own[i])) / total * 100
		}
	}
}

// coreTime is the busy and the total ticks of one line of /proc/stat.
func coreTime(name string) (busy, total float64) {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, 0
	}
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) < 9 || f[0] != name {
			continue
		}
		var idle float64
		for i, s := range f[1:9] {
			v := parseNumber(s)
			total += v
			if i == 3 || i == 4 { // idle, iowait
				idle += v
			}
		}
		return total - idle, total
	}
	return 0, 0
}

// socketMemory is what all TCP sockets of the machine hold, in bytes (so both ends of each connection).
func socketMemory() float64 {
	b, err := os.ReadFile("/proc/net/sockstat")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "TCP:" {
			return parseNumber(f[len(f)-1]) * 4096
		}
	}
	return 0
}
