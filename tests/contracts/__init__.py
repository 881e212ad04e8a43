"""What every receiver's message must hold, checked by others' schemas and readers where there are any."""
