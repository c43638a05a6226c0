import { type Disposable, EventEmitter, type TreeDataProvider, type TreeView, type TreeViewOptions, window } from "vscode";

type Provider<T> = Pick<TreeDataProvider<T>, "getChildren" | "getTreeItem">;

/** A view that is there from the activation on, and filled when the client has been loaded. */
export class LazyView<T> implements Disposable {
  readonly view: TreeView<T>;
  private readonly changed = new EventEmitter<T | undefined>();
  private provider: Provider<T> | undefined;

  constructor(id: string, options: Pick<TreeViewOptions<T>, "canSelectMany"> = {}) {
    this.view = window.createTreeView<T>(id, {
      ...options,
      treeDataProvider: {
        onDidChangeTreeData: this.changed.event,
        getChildren: (node) => this.provider?.getChildren(node) ?? [],
        getTreeItem: (node) => this.provider!.getTreeItem(node),
      },
    });
  }

  /** A row and what is below it are other than they were; `undefined`: all. */
  fire = (node: T | undefined): void => this.changed.fire(node);

  fill(provider: Provider<T>): void {
    this.provider = provider;
    this.fire(undefined);
  }

  dispose(): void {
    this.view.dispose();
    this.changed.dispose();
  }
}
