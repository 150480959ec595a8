# Opens a page in QtWebKit: qtwebkit.py <url>.
import sys

from PyQt5.QtCore import QUrl
from PyQt5.QtWebKitWidgets import QWebPage, QWebView
from PyQt5.QtWidgets import QApplication


class Page(QWebPage):
    def javaScriptConsoleMessage(self, message, line, source):
        print(f"console: {message} at {source}:{line}", file=sys.stderr)


application = QApplication(sys.argv)
view = QWebView()
view.setPage(Page(view))
view.load(QUrl(sys.argv[1]))
view.show()
sys.exit(application.exec_())
