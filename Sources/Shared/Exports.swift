// Who imports `Shared` also sees the messages and addresses: they were part of it, and programs outside rely on that.
@_exported import Wire
