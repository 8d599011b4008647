"""Display only: the rooms of the web application."""

import os

# Read by gradio when it is first imported, which is why it stands before every room: no usage
# figures, version checks or error reports leave this machine.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
