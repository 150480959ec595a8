// Opens a page in the WebView of JavaFX: Page <url>.
import javafx.application.Application;
import javafx.scene.Scene;
import javafx.scene.web.WebView;
import javafx.stage.Stage;

public class Page extends Application {
    public static void main(String[] args) {
        launch(Page.class, args);
    }

    @Override
    public void start(Stage stage) {
        WebView view = new WebView();
        stage.setScene(new Scene(view, 400, 300));
        stage.show();
        view.getEngine().load(getParameters().getRaw().get(0));
    }
}
